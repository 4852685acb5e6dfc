using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// What the issuer says of itself, and the keys by which its tokens are known: its discovery document and its key set. They are
/// read when a token needs them, and as often as is needed that a key which the issuer has withdrawn is refused within five minutes.
/// </summary>
internal sealed class IssuerKeys(IssuerSettings settings, TimeProvider clock, ILogger<IssuerKeys> logger) : IDisposable
{
    private const long MaxDocumentSize = 1024 * 1024;

    private static readonly TimeSpan RefreshAge = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    // What is known outlives an issuer that does not answer, but not for ever: it may have been attacked.
    private static readonly TimeSpan MaxAgeInOutage = TimeSpan.FromHours(1);

    // However many tokens of unknown keys strangers send, the issuer is asked no more often.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // For each of the two documents.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client = new() { MaxResponseContentBufferSize = MaxDocumentSize, Timeout = Patience };
    private readonly Lock _lock = new();
    private Reading? _last;
    private FailedRead? _failure;
    private Task _reading = Task.CompletedTask;
    private long? _readingSince;

    /// <summary>What is known, or null where nothing is because the issuer does not answer.</summary>
    public async ValueTask<OpenIdConnectConfiguration?> FindAsync()
    {
        var age = AgeOf(_last?.At);
        // Who has just not answered is not waited for again while there is something to go by.
        if (age > MaxAgeInOutage || (age > MaxAge && AgeOf(_failure?.At) > MaxAge))
        {
            await ReadAsync();
        }
        else if (age > RefreshAge)
        {
            _ = ReadAsync();
        }

        return AgeOf(_last?.At) <= MaxAgeInOutage ? _last!.Configuration : null;
    }

    /// <summary>Asks the issuer once more, since it may have new keys; null where it has just been asked, or does not answer.</summary>
    public async ValueTask<OpenIdConnectConfiguration?> FindNewerAsync(OpenIdConnectConfiguration known)
    {
        await ReadAsync();
        return _last?.Configuration is { } configuration && configuration != known ? configuration : null;
    }

    public void Dispose() => _client.Dispose();

    private TimeSpan AgeOf(long? time) => time is { } at ? clock.GetElapsedTime(at) : TimeSpan.MaxValue;

    // One reading at a time, however many wait for it; it belongs to none of them, so none cancels it.
    private Task ReadAsync()
    {
        lock (_lock)
        {
            if (_reading.IsCompleted && (_readingSince is not { } since || clock.GetElapsedTime(since) >= Pause))
            {
                var now = clock.GetTimestamp();
                _readingSince = now;
                _reading = Task.Run(() => ReadOnceAsync(now));
            }

            return _reading;
        }
    }

    private async Task ReadOnceAsync(long now)
    {
        try
        {
            var documents = new HttpDocumentRetriever(_client) { RequireHttps = settings.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase) };
            var configuration = await OpenIdConnectConfigurationRetriever.GetAsync(
                $"{settings.Authority}/.well-known/openid-configuration", documents, CancellationToken.None);
            if (configuration.Issuer is null or "" || configuration.SigningKeys.Count == 0)
            {
                throw new InvalidDataException("its discovery document names no issuer, or no keys that can be used.");
            }

            _last = new Reading(configuration, now);
            _failure = null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _failure = new FailedRead(now);
            logger.LogWarning("The keys of the issuer {Authority} could not be read: {Reason}", settings.Authority, exception.GetBaseException().Message);
        }
    }

    // The time stamps are of the clock, and taken before reading began.
    private sealed record Reading(OpenIdConnectConfiguration Configuration, long At);

    private sealed record FailedRead(long At);
}

using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Reads the issuer's discovery document and its signing keys, and caches them.</summary>
/// <remarks>
/// A key that the issuer has withdrawn is refused within five minutes. If the issuer does not answer, it is refused within an hour.
/// </remarks>
internal sealed class IssuerKeyReader(IssuerSettings settings, TimeProvider clock, ILogger<IssuerKeyReader> logger) : IDisposable
{
    private const long MaxDocumentSize = 1024 * 1024;

    // From this age on, a read starts in the background.
    private static readonly TimeSpan RefreshAge = TimeSpan.FromMinutes(4);

    // From this age on, callers wait for the read.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    // Cached keys survive an outage of the issuer, but not forever: the issuer may have withdrawn a stolen key.
    private static readonly TimeSpan MaxAgeInOutage = TimeSpan.FromHours(1);

    // Limits the reads that tokens with unknown keys can cause.
    private static readonly TimeSpan MinReadInterval = TimeSpan.FromSeconds(5);

    // Applies to each of the two documents.
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client = new() { MaxResponseContentBufferSize = MaxDocumentSize, Timeout = ReadTimeout };
    private readonly Lock _lock = new();
    private CachedConfiguration? _cached;
    private FailedRead? _failure;
    private Task _read = Task.CompletedTask;
    private long? _readStart;

    /// <summary>Returns the issuer's configuration, or null if the issuer does not answer and nothing usable is cached.</summary>
    public async ValueTask<OpenIdConnectConfiguration?> FindAsync()
    {
        var age = AgeOf(_cached?.ReadStart);
        // If the issuer just failed to answer, the cached keys are used without waiting again.
        if (age > MaxAgeInOutage || (age > MaxAge && AgeOf(_failure?.ReadStart) > MaxAge))
        {
            await ReadAsync();
        }
        else if (age > RefreshAge)
        {
            _ = ReadAsync();
        }

        return AgeOf(_cached?.ReadStart) <= MaxAgeInOutage ? _cached!.Configuration : null;
    }

    /// <summary>Reads the configuration again, because the issuer may have new keys.</summary>
    /// <param name="known">The configuration that lacks the key.</param>
    /// <returns>A newer configuration. Null if the issuer does not answer, or if the known one was read only seconds ago.</returns>
    public async ValueTask<OpenIdConnectConfiguration?> FindNewerAsync(OpenIdConnectConfiguration known)
    {
        await ReadAsync();
        return _cached?.Configuration is { } configuration && configuration != known ? configuration : null;
    }

    public void Dispose() => _client.Dispose();

    private TimeSpan AgeOf(long? timestamp) => timestamp is { } value ? clock.GetElapsedTime(value) : TimeSpan.MaxValue;

    // All callers share one read. No caller's cancellation ends it.
    private Task ReadAsync()
    {
        lock (_lock)
        {
            if (_read.IsCompleted && (_readStart is not { } start || clock.GetElapsedTime(start) >= MinReadInterval))
            {
                var now = clock.GetTimestamp();
                _readStart = now;
                _read = Task.Run(() => ReadOnceAsync(now));
            }

            return _read;
        }
    }

    private async Task ReadOnceAsync(long readStart)
    {
        try
        {
            var isHttps = settings.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            var configuration = await OpenIdConnectConfigurationRetriever.GetAsync(
                $"{settings.Authority}/.well-known/openid-configuration",
                new HttpDocumentRetriever(_client) { RequireHttps = isHttps },
                CancellationToken.None);
            if (configuration.Issuer is null or "" || configuration.SigningKeys.Count == 0)
            {
                throw new InvalidDataException("The discovery document has no issuer or no usable signing keys.");
            }

            _cached = new CachedConfiguration(configuration, readStart);
            _failure = null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _failure = new FailedRead(readStart);
            logger.LogWarning(
                "Cannot read the keys of the issuer {Authority}: {Reason}", settings.Authority, ReasonOf(exception));
        }
    }

    // The message of a timeout would be "A task was canceled."
    private static string ReasonOf(Exception exception) =>
        IsTimeout(exception)
            ? $"it does not answer within {ReadTimeout.TotalSeconds} seconds"
            : exception.GetBaseException().Message;

    private static bool IsTimeout(Exception? exception) =>
        exception is not null && (exception is OperationCanceledException or TimeoutException || IsTimeout(exception.InnerException));

    // ReadStart is a timestamp of the clock. Ages are measured from it.
    private sealed record CachedConfiguration(OpenIdConnectConfiguration Configuration, long ReadStart);

    private sealed record FailedRead(long ReadStart);
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Infrastructure.Telemetry;

namespace CleanWorkspace.Infrastructure.Webhooks;

/// <inheritdoc cref="IWebhookSender"/>
/// <remarks>Nothing of a message is logged, and no error has a part of the URL except the host.</remarks>
internal sealed class WebhookSender : IWebhookSender, IDisposable
{
    private const string SecretPrefix = "whsec_";
    private const int MaxAnswerLength = 4096;
    private const int MaxHeaderKibibytes = 16;

    private static readonly ActivitySource Spans = new(TelemetrySource.Name);

    private readonly WebhookSettings _settings;
    private readonly NetworkGuard _guard;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _client;

    /// <summary>Creates the sender.</summary>
    public WebhookSender(WebhookSettings settings, TimeProvider clock)
    {
        _settings = settings;
        _guard = new NetworkGuard(settings.AllowedNetworks);
        _clock = clock;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            // The framework would also send the tracestate and the baggage of a client.
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
            ConnectTimeout = Limit,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = MaxHeaderKibibytes,
            // The rest of a long answer is not read. Its connection is closed.
            MaxResponseDrainSize = 0,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = ChainPolicy },
        });
    }

    /// <summary>The time limit of an attempt.</summary>
    internal TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Finds the addresses of a host.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> ResolveAsync { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>How certificates are checked.</summary>
    /// <remarks>A certificate can name an address from which to download its issuer or revocations. That would bypass the guard.</remarks>
    internal X509ChainPolicy ChainPolicy { get; } = new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
    };

    /// <inheritdoc/>
    public async Task<WebhookAttempt> SendAsync(WebhookMessage message, CancellationToken cancellationToken)
    {
        var (time, start) = (_clock.GetUtcNow(), _clock.GetTimestamp());
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(Limit);
        HttpResponseMessage? response = null;
        var answer = new byte[MaxAnswerLength];
        var length = 0;
        var error = CheckUrl(message.Url);
        var trace = TraceOf(message);
        using var span = Spans.StartActivity("webhook", ActivityKind.Client, trace);
        if (error is null)
        {
            try
            {
                using var request = CreateRequest(message, time);
                request.Headers.Add("traceparent", span?.Id ?? $"00-{trace.TraceId}-{ActivitySpanId.CreateRandom()}-00");
                response = await _client.SendAsync(request, end.Token);
                await using var body = await response.Content.ReadAsStreamAsync(end.Token);
                while (length < answer.Length && await body.ReadAsync(answer.AsMemory(length), end.Token) is > 0 and var count)
                {
                    length += count;
                }
            }
            catch (Exception exception) when (
                exception is HttpRequestException or IOException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                error = Explain(exception, message.Url.IdnHost);
            }
        }

        span?.SetTag("server.address", message.Url.IdnHost);
        span?.SetTag("http.response.status_code", (int?)response?.StatusCode);
        span?.SetStatus(response is { IsSuccessStatusCode: true } && error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
        using (response)
        {
            return new WebhookAttempt
            {
                Time = time,
                Duration = _clock.GetElapsedTime(start),
                Status = (int?)response?.StatusCode,
                Error = error,
                // PostgreSQL cannot store U+0000.
                Answer = Encoding.UTF8.GetString(answer, 0, length).Replace('\0', '\uFFFD'),
                RetryAfter = RetryAfterOf(response?.Headers.RetryAfter, time),
            };
        }
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage CreateRequest(WebhookMessage message, DateTimeOffset time)
    {
        var timestamp = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signatures = message.Secrets.Select(secret => Sign(secret, $"{message.Id}.{timestamp}.", message.Body.Span));
        return new HttpRequestMessage(HttpMethod.Post, message.Url)
        {
            Headers =
            {
                { "webhook-id", message.Id },
                { "webhook-timestamp", timestamp },
                { "webhook-signature", string.Join(' ', signatures) },
                { "User-Agent", "CleanWorkspace" },
            },
            Content = new ReadOnlyMemoryContent(message.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
    }

    // The trace of the current request, or that of the request which caused the event. Its span is not known, so the new span is a root.
    private static ActivityContext TraceOf(WebhookMessage message) =>
        Activity.Current?.Context is { } current ? current
        : ActivityContext.TryParse($"00-{message.TraceId}-{ActivitySpanId.CreateRandom()}-01", null, out var cause)
            ? new ActivityContext(cause.TraceId, default, ActivityTraceFlags.Recorded)
            : new ActivityContext(ActivityTraceId.CreateRandom(), default, ActivityTraceFlags.Recorded);

    private static string Sign(string secret, string prefix, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(secret[SecretPrefix.Length..]));
        hash.AppendData(Encoding.ASCII.GetBytes(prefix));
        hash.AppendData(body);
        return $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}";
    }

    private static TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header, DateTimeOffset time) =>
        (header?.Delta ?? header?.Date - time) is { } wait ? TimeSpan.FromTicks(Math.Max(wait.Ticks, 0)) : null;

    private string? CheckUrl(Uri url) => url switch
    {
        { UserInfo.Length: > 0 } => "The URL must not have a user name or a password.",
        { Scheme: "https" } => null,
        { Scheme: "http" } when _settings.IsHttpAllowed => null,
        _ => "The URL must begin with https. In Development it may also begin with http.",
    };

    // Only the first address that accepts the connection counts, but all must be allowed. A name that also leads into the network is
    // no name of a public endpoint.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await ResolveAsync(host, cancellationToken).WaitAsync(cancellationToken);
        if (addresses.Select(_guard.Check).FirstOrDefault(refusal => refusal is not null) is { } refusal)
        {
            throw new AddressRefusedException(refusal);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private string Explain(Exception exception, string host) => exception switch
    {
        { InnerException: AddressRefusedException refusal } => refusal.Message,
        OperationCanceledException => $"There was no complete answer within {Limit.TotalSeconds:0.#} seconds.",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"The host {host} has no address.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            $"Cannot connect to {host}: {exception.GetBaseException().Message}.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"Cannot connect to {host} by TLS: {exception.GetBaseException().Message}",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            $"The answer is not HTTP, or its headers are longer than {MaxHeaderKibibytes} KiB.",
        _ => "The endpoint closed the connection before its answer was complete.",
    };

    /// <summary>The guard refuses an address of the endpoint.</summary>
    private sealed class AddressRefusedException(string message) : Exception(message);
}

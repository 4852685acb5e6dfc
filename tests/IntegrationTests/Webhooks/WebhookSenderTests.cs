using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Infrastructure.Webhooks;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Webhooks;

public sealed class WebhookSenderTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly TimeSpan ShortLimit = TimeSpan.FromSeconds(2);

    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");

    [Fact]
    public async Task A_message_has_the_headers_of_Standard_Webhooks_the_trace_id_and_no_others()
    {
        await using var endpoint = RawEndpoint.Start(Ok);
        using var sender = CreateSender();
        // Only the ids of the trace leave the service. Its state and baggage are texts of a client.
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.AddBaggage("user", "ada");
        activity.TraceStateString = "user=ada";

        var attempt = await AttemptAsync(sender, UrlOf(endpoint), "{\"name\":\"Zoë\"}");

        var request = Assert.Single(endpoint.Requests);
        Assert.Equal("POST /hook?token=SECRET HTTP/1.1", request.Line);
        Assert.Equal(
            ["Content-Length", "Content-Type", "Host", "traceparent", "User-Agent", "webhook-id", "webhook-signature", "webhook-timestamp"],
            request.Headers.Keys.Order(StringComparer.OrdinalIgnoreCase));
        Assert.Matches($@"\A00-{activity.TraceId}-(?!{activity.SpanId})[0-9a-f]{{16}}-0[01]\z", request.Headers["traceparent"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal("CleanWorkspace", request.Headers["User-Agent"]);
        Assert.Equal("1842.019a2b3c", request.Headers["webhook-id"]);
        Assert.Equal("{\"name\":\"Zoë\"}", Encoding.UTF8.GetString(request.Body));
        request.MustVerify(request.Headers["webhook-signature"], Secret);
        Assert.Equal((200, "OK", null, null), (attempt.Status, attempt.Answer, attempt.Error, attempt.RetryAfter));
        Assert.True(attempt.IsSuccess);
        Assert.InRange(attempt.Time, DateTimeOffset.UtcNow - TimeLimit.OfWait, DateTimeOffset.UtcNow);
        Assert.InRange(attempt.Duration, TimeSpan.FromTicks(1), TimeLimit.OfWait);
    }

    [Fact]
    public async Task The_signature_is_the_one_of_the_libraries_of_Standard_Webhooks()
    {
        await using var endpoint = RawEndpoint.Start(Ok);
        using var sender = CreateSender(clock: new FixedClock(DateTimeOffset.FromUnixTimeSeconds(1614265330)));

        await sender.SendAsync(
            new WebhookMessage(UrlOf(endpoint), "msg_p5jXN8AQM9LWM0D4loKWxJek", [Secret], "{\"test\": 2432232314}"u8.ToArray()),
            CancellationToken.None);

        var headers = Assert.Single(endpoint.Requests).Headers;
        Assert.Equal("1614265330", headers["webhook-timestamp"]);
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", headers["webhook-signature"]);
    }

    [Fact]
    public async Task Each_secret_signs_the_message()
    {
        var former = $"whsec_{Convert.ToBase64String(new byte[64])}";
        await using var endpoint = RawEndpoint.Start(Ok);
        using var sender = CreateSender();

        await sender.SendAsync(new WebhookMessage(UrlOf(endpoint), "1", [Secret, former], "{}"u8.ToArray()), CancellationToken.None);

        var request = Assert.Single(endpoint.Requests);
        var signatures = request.Headers["webhook-signature"].Split(' ');
        Assert.Equal(2, signatures.Length);
        request.MustVerify(signatures[0], Secret);
        request.MustVerify(signatures[1], former);
    }

    [Theory]
    [InlineData("200 OK", true)]
    [InlineData("204 No Content", true)]
    [InlineData("299 Fine", true)]
    [InlineData("300 Multiple Choices", false)]
    [InlineData("304 Not Modified", false)]
    [InlineData("400 Bad Request", false)]
    [InlineData("401 Unauthorized\r\nWWW-Authenticate: Negotiate", false)]
    [InlineData("410 Gone", false)]
    [InlineData("500 Internal Server Error", false)]
    [InlineData("999 Unknown", false)]
    public async Task Only_a_status_from_200_to_299_is_success(string status, bool isSuccess)
    {
        await using var endpoint = RawEndpoint.Start($"HTTP/1.1 {status}\r\nConnection: close\r\n\r\n");
        using var sender = CreateSender();

        var attempt = await AttemptAsync(sender, UrlOf(endpoint));

        Assert.Equal((int.Parse(status[..3], null), null, isSuccess), (attempt.Status, attempt.Error, attempt.IsSuccess));
        Assert.Single(endpoint.Requests);
    }

    [Theory]
    [InlineData("Retry-After: 0", 0)]
    [InlineData("Retry-After: 120", 120)]
    [InlineData("Retry-After: 2147483647", int.MaxValue)]
    [InlineData("Retry-After: Thu, 25 Feb 2021 15:03:10 GMT", 60)]
    [InlineData("Retry-After: Thu, 25 Feb 2021 15:01:10 GMT", 0)]
    [InlineData("Retry-After: -1", null)]
    [InlineData("Retry-After: 9999999999", null)]
    [InlineData("Retry-After: soon", null)]
    [InlineData("X: 1", null)]
    public async Task The_wish_of_the_endpoint_to_wait_is_kept(string header, int? seconds)
    {
        await using var endpoint = RawEndpoint.Start($"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n{header}\r\n\r\n");
        using var sender = CreateSender(clock: new FixedClock(DateTimeOffset.FromUnixTimeSeconds(1614265330)));

        var attempt = await AttemptAsync(sender, UrlOf(endpoint));

        Assert.Equal(503, attempt.Status);
        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, attempt.RetryAfter);
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_is_not_followed()
    {
        await using var inside = RawEndpoint.Start(Ok);
        await using var circle = RawEndpoint.Start("HTTP/1.1 307 Temporary Redirect\r\nLocation: /hook\r\nContent-Length: 0\r\n\r\n");
        await using var endpoint = RawEndpoint.Start(
            $"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inside.Port}/\r\nContent-Length: 0\r\n\r\n");
        using var sender = CreateSender();

        Assert.Equal((302, false), (await AttemptAsync(sender, UrlOf(endpoint))) is var first ? (first.Status, first.IsSuccess) : default);
        Assert.Equal((307, false), (await AttemptAsync(sender, UrlOf(circle))) is var second ? (second.Status, second.IsSuccess) : default);
        Assert.Equal((0, 1), (inside.Connections, circle.Requests.Count));
    }

    [Fact]
    public async Task Of_a_gigabyte_only_the_start_is_read()
    {
        var written = 0L;
        using var sender = CreateSender();
        var endpoint = RawEndpoint.Start(async (stream, end) =>
        {
            var part = Encoding.ASCII.GetBytes(new string('x', 1 << 20));
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"u8.ToArray(), end);
            for (; written < 1 << 30; written += part.Length)
            {
                await stream.WriteAsync(part, end);
            }
        });
        await using (endpoint)
        {
            var attempt = await AttemptAsync(sender, UrlOf(endpoint));
            Assert.Equal((200, null, new string('x', 4096)), (attempt.Status, attempt.Error, attempt.Answer));
        }

        // The buffers of the connection hold some megabytes.
        Assert.InRange(written, 0, 100 << 20);
    }

    [Fact]
    public async Task An_answer_that_trickles_is_cut_off_and_its_status_counts()
    {
        await using var endpoint = RawEndpoint.Start(async (stream, end) =>
        {
            await stream.WriteAsync("HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n"u8.ToArray(), end);
            await TrickleAsync(stream, "x"u8.ToArray(), end);
        });
        // The status must arrive in this time.
        using var sender = CreateSender(TimeSpan.FromSeconds(5));

        var attempt = await AttemptAsync(sender, UrlOf(endpoint));

        Assert.Equal((201, "There was no complete answer within 5 seconds."), (attempt.Status, attempt.Error));
        Assert.Matches(@"\Ax+\z", attempt.Answer);
        Assert.True(attempt.IsSuccess);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ")]
    [InlineData("HTTP/1.1 103 Early Hints\r\n\r\n")]
    public async Task An_endpoint_that_does_not_answer_in_time_fails(string repeated)
    {
        await using var endpoint = RawEndpoint.Start((stream, end) => TrickleAsync(stream, Encoding.ASCII.GetBytes(repeated), end));
        using var sender = CreateSender(ShortLimit);

        var attempt = await AttemptAsync(sender, UrlOf(endpoint));

        Assert.Equal((null, "There was no complete answer within 2 seconds."), (attempt.Status, attempt.Error));
        Assert.InRange(attempt.Duration, ShortLimit / 2, TimeLimit.OfWait);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_read_the_message_fails()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = CreateSender(ShortLimit);

        var attempt = await AttemptAsync(
            sender, new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), new string(' ', 20_000_000));

        Assert.Equal((null, "There was no complete answer within 2 seconds."), (attempt.Status, attempt.Error));
    }

    [Theory]
    [InlineData("", null, "")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-", null, "")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nOK", 200, "OK")]
    [InlineData("HTTP/1.1 500 Error\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nSorry\r\n", 500, "Sorry")]
    public async Task An_endpoint_that_closes_early_is_explained(string answer, int? status, string start)
    {
        await using var endpoint = RawEndpoint.Start(answer);
        using var sender = CreateSender();

        var attempt = await AttemptAsync(sender, UrlOf(endpoint));

        Assert.Equal(
            (status, start, "The endpoint closed the connection before its answer was complete."),
            (attempt.Status, attempt.Answer, attempt.Error));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: {0}\r\n\r\n")]
    public async Task An_answer_that_is_not_HTTP_or_has_endless_headers_is_explained(string answer)
    {
        await using var endpoint = RawEndpoint.Start(string.Format(null, answer, new string('x', 1_000_000)));
        using var sender = CreateSender();

        var attempt = await AttemptAsync(sender, UrlOf(endpoint));

        Assert.Equal((null, "The answer is not HTTP, or its headers are longer than 16 KiB."), (attempt.Status, attempt.Error));
    }

    [Fact]
    public async Task The_answer_is_kept_as_text_that_a_database_can_store()
    {
        await using var endpoint = RawEndpoint.Start("HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\na\0b\u00ff\u00c3\u00ab");
        using var sender = CreateSender();

        Assert.Equal("a\uFFFDb\uFFFDë", (await AttemptAsync(sender, UrlOf(endpoint))).Answer);
    }

    [Fact]
    public async Task A_closed_port_is_explained()
    {
        var endpoint = RawEndpoint.Start(Ok);
        var url = UrlOf(endpoint);
        await endpoint.DisposeAsync();
        using var sender = CreateSender();

        var attempt = await AttemptAsync(sender, url);

        Assert.Equal((null, "Cannot connect to 127.0.0.1: Connection refused."), (attempt.Status, attempt.Error));
    }

    [Fact]
    public async Task A_host_without_an_address_is_explained()
    {
        using var sender = CreateSender(resolve: _ => throw new SocketException((int)SocketError.HostNotFound));

        var attempt = await AttemptAsync(sender, new Uri("http://hooks.example/?token=SECRET"));

        Assert.Equal((null, "The host hooks.example has no address."), (attempt.Status, attempt.Error));
    }

    [Fact]
    public async Task Endpoints_that_hang_delay_no_other_message()
    {
        var hanging = 0;
        await using var endpoint = RawEndpoint.Start(async (stream, end) =>
        {
            if (Interlocked.Increment(ref hanging) <= 50)
            {
                await Task.Delay(Timeout.Infinite, end);
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok), end);
        });
        using var sender = CreateSender(TimeLimit.OfTest);
        using var stop = new CancellationTokenSource();
        var message = new WebhookMessage(UrlOf(endpoint), "1", [Secret], "{}"u8.ToArray());
        var others = Enumerable.Range(0, 50).Select(_ => sender.SendAsync(message, stop.Token)).ToList();
        await Eventually.BeAsync(() => Task.FromResult(hanging == 50), TimeLimit.OfWait, "the other messages");

        Assert.True((await AttemptAsync(sender, UrlOf(endpoint))).IsSuccess);

        Assert.All(others, other => Assert.False(other.IsCompleted));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(others).WithinLimitAsync());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("0177.0.0.01")]
    [InlineData("127.0.0.1.")]
    [InlineData("127。0。0。1")]
    [InlineData("①②⑦.⓪.⓪.①")]
    [InlineData("127.255.255.254")]
    [InlineData("0")]
    [InlineData("0.0.0.0")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::1%251]")]
    [InlineData("[::127.0.0.1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[2002:7f00:1::]")]
    [InlineData("169.254.169.254")]
    [InlineData("[::ffff:a9fe:a9fe]")]
    public async Task No_notation_of_a_forbidden_address_is_connected_to(string host)
    {
        await using var inside = RawEndpoint.Start(Ok, address: IPAddress.IPv6Any);
        using var sender = CreateSender(allowed: []);

        var attempt = await AttemptAsync(sender, new Uri($"http://{host}:{inside.Port}/?token=SECRET"));

        Assert.Null(attempt.Status);
        // Not every resolver takes 127.0.0.1. for an address.
        Assert.Matches(@"\A(Webhooks (may not|never) connect to [0-9a-f:.%]+[:,] |The host 127\.0\.0\.1\. has no address)", attempt.Error);
        Assert.Equal(0, inside.Connections);
    }

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("93.184.216.34 10.0.0.5")]
    [InlineData("127.0.0.1 10.0.0.5")]
    [InlineData("127.0.0.1 ::ffff:10.0.0.5")]
    [InlineData("127.0.0.1 169.254.169.254")]
    public async Task A_name_with_a_forbidden_address_is_refused_as_a_whole(string addresses)
    {
        await using var endpoint = RawEndpoint.Start(Ok);
        using var sender = CreateSender(resolve: _ => [.. addresses.Split(' ').Select(IPAddress.Parse)]);

        var attempt = await AttemptAsync(sender, new Uri($"http://hooks.example:{endpoint.Port}/?token=SECRET"));

        Assert.Matches(@"\AWebhooks (may not|never) connect to (::ffff:)?(10\.0\.0\.5|169\.254\.169\.254)[:,] ", attempt.Error);
        Assert.Equal(0, endpoint.Connections);
    }

    [Fact]
    public async Task The_checked_address_is_the_one_that_is_connected_to()
    {
        var lookups = new List<string>();
        await using var endpoint = RawEndpoint.Start(Ok);
        using var sender = CreateSender(resolve: host =>
        {
            lookups.Add(host);
            // A second lookup would find another address.
            return [IPAddress.Parse(lookups.Count == 1 ? "127.0.0.1" : "10.0.0.5")];
        });

        var attempt = await AttemptAsync(sender, new Uri($"http://hooks.example:{endpoint.Port}/?token=SECRET"));

        Assert.True(attempt.IsSuccess, attempt.Error);
        Assert.Equal(["hooks.example"], lookups);
        Assert.Equal($"hooks.example:{endpoint.Port}", Assert.Single(endpoint.Requests).Headers["Host"]);
    }

    [Fact]
    public async Task A_second_address_is_used_if_the_first_one_does_not_answer()
    {
        await using var endpoint = RawEndpoint.Start(Ok);
        using var sender = CreateSender(resolve: _ => [IPAddress.Parse("127.0.0.9"), IPAddress.Loopback]);

        Assert.True((await AttemptAsync(sender, new Uri($"http://hooks.example:{endpoint.Port}/"))).IsSuccess);
    }

    [Fact]
    public async Task A_proxy_of_the_environment_is_not_used()
    {
        // The variables http_proxy and HTTPS_PROXY decide this proxy.
        await using var proxy = RawEndpoint.Start(Ok);
        await using var endpoint = RawEndpoint.Start(Ok);
        var former = HttpClient.DefaultProxy;
        try
        {
            HttpClient.DefaultProxy = new ProxyOfOneEndpoint(endpoint.Port, new Uri($"http://127.0.0.1:{proxy.Port}"));
            using var sender = CreateSender();
            await AttemptAsync(sender, UrlOf(endpoint));
        }
        finally
        {
            HttpClient.DefaultProxy = former;
        }

        Assert.Equal((0, 1), (proxy.Connections, endpoint.Requests.Count));
    }

    [Theory]
    [InlineData("http://hooks.example/", "The URL must begin with https. In Development it may also begin with http.")]
    [InlineData("ftp://hooks.example/", "The URL must begin with https. In Development it may also begin with http.")]
    [InlineData("https://ada:SECRET@hooks.example/", "The URL must not have a user name or a password.")]
    public async Task A_URL_without_https_or_with_a_password_is_refused(string url, string error)
    {
        using var sender = new WebhookSender(new WebhookSettings([], IsHttpAllowed: false), TimeProvider.System)
        {
            ResolveAsync = (_, _) => throw new InvalidOperationException("The host must not be looked up."),
        };

        Assert.Equal(error, (await AttemptAsync(sender, new Uri(url))).Error);
    }

    private static WebhookSender CreateSender(
        TimeSpan? limit = null, IPNetwork[]? allowed = null, Func<string, IPAddress[]>? resolve = null, TimeProvider? clock = null)
    {
        var settings = new WebhookSettings(allowed ?? [Loopback], IsHttpAllowed: true);
        return new WebhookSender(settings, clock ?? TimeProvider.System)
        {
            Limit = limit ?? TimeLimit.OfWait,
            ResolveAsync = resolve is null
                ? Dns.GetHostAddressesAsync
                : (host, _) => Task.Run(() => resolve(host)),
        };
    }

    private static Uri UrlOf(RawEndpoint endpoint) => new($"http://127.0.0.1:{endpoint.Port}/hook?token=SECRET");

    // No error may have a secret of the URL.
    private static async Task<WebhookAttempt> AttemptAsync(WebhookSender sender, Uri url, string body = "{}")
    {
        var message = new WebhookMessage(url, "1842.019a2b3c", [Secret], Encoding.UTF8.GetBytes(body));
        var attempt = await sender.SendAsync(message, CancellationToken.None).WithinLimitAsync();
        Assert.DoesNotContain("SECRET", attempt.Error ?? "", StringComparison.OrdinalIgnoreCase);
        return attempt;
    }

    private static async Task TrickleAsync(Stream stream, byte[] part, CancellationToken end)
    {
        while (true)
        {
            await stream.WriteAsync(part, end);
            await Task.Delay(TimeSpan.FromMilliseconds(100), end);
        }
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed class ProxyOfOneEndpoint(int port, Uri proxy) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri GetProxy(Uri destination) => proxy;

        public bool IsBypassed(Uri host) => host.Port != port;
    }
}

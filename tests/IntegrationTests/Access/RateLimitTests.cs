using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Access;

/// <summary>Limits on the requests of each credential and on the bad credentials of each address.</summary>
public sealed class RateLimitTests : IAsyncLifetime
{
    private const string Client = "203.0.113.7";

    // One more failure is allowed every half minute. No test is that slow.
    private const int Few = 2;

    private static readonly (string, string) FewFailures = ("RateLimits:FailuresPerMinute", $"{Few}");
    private static readonly (string, string) Proxied = ("Proxies:Trusted", "127.0.0.1;::1");
    private static readonly (string, string) Closed = ("Authentication:Required", "true");

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_credential_with_too_many_requests_is_refused_until_Retry_After_has_passed()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, Closed, ("RateLimits:RequestsPerSecond", "1"));
        var busy = await service.CreateTokenAsync("admin");
        var other = await service.CreateTokenAsync("admin");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => AskAsync(service, busy, HttpMethod.Post, "/user", """{"first_name":"Ada"}""")));

        (await AskAsync(service, other)).MustBe(200);
        var refused = answers.Where(answer => answer.Status != 201).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => MustBeRefused(answer, "too_many_requests"));
        Assert.Equal(20L - refused.Count, await _database.ExecuteAsync("SELECT count(*) FROM users"));
        // Requests to no operation and requests without a credential do not count.
        foreach (var path in new[] { "/healthz/ready", "/swagger/v1/swagger.json" })
        {
            Assert.All(
                await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AskAsync(service, busy, HttpMethod.Get, path))),
                answer => answer.MustBe(200));
        }

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AskAsync(service, null))), answer => answer.MustBe(401));

        await Task.Delay(refused[0].Headers.RetryAfter!.Delta!.Value);
        (await AskAsync(service, busy)).MustBe(200);
    }

    [Fact]
    public async Task Every_answer_to_a_valid_credential_tells_its_limit_and_its_rest()
    {
        const int Limit = 3;
        await using var service = await TestService.StartAsync(
            _database.ConnectionString, Closed, ("RateLimits:RequestsPerSecond", $"{Limit}"));
        var (admin, guest) = (await service.CreateTokenAsync("admin"), await service.CreateTokenAsync("guest"));
        (HttpMethod Method, string Path, string Token, int Status)[] requests =
        [
            (HttpMethod.Get, "/user", admin, 200),
            (HttpMethod.Get, $"/user/{Bodies.UnknownId}", admin, 404),
            (HttpMethod.Delete, $"/user/{Bodies.UnknownId}", admin, 404),
            (HttpMethod.Get, "/user?page=0", admin, 400),
            (HttpMethod.Get, "/user", guest, 403),
            (HttpMethod.Get, "/auth/me", guest, 200),
        ];

        foreach (var (method, path, token, status) in requests)
        {
            var answer = (await AskAsync(service, token, method, path)).MustBe(status);
            Assert.Equal($"\"default\";q={Limit};w=1", HeaderOf(answer, "RateLimit-Policy"));
            Assert.InRange(RestOf(answer), 0, Limit);
            Assert.Null(answer.Headers.RetryAfter);
            // One permit comes back each third of a second.
            await Task.Delay(TimeSpan.FromSeconds(0.5));
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => AskAsync(service, admin)));
        var refused = together.Where(answer => answer.Status == 429).ToList();
        Assert.NotEmpty(refused);
        Assert.All(together, answer => Assert.InRange(RestOf(answer), 0, Limit));
        Assert.All(refused, answer => Assert.Equal(
            ($"\"default\";q={Limit};w=1", $"\"default\";r=0;t={answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds}"),
            (HeaderOf(answer, "RateLimit-Policy"), HeaderOf(answer, "RateLimit"))));
    }

    [Theory]
    [InlineData("5", "/user", false)]
    [InlineData("5", "/healthz/live", true)]
    [InlineData("5", "/docs/api", true)]
    [InlineData("5", "/nowhere", true)]
    [InlineData("0", "/user", true)]
    public async Task Answers_without_a_limit_tell_none(string limit, string path, bool hasCredential)
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, Closed, ("RateLimits:RequestsPerSecond", limit));
        var token = hasCredential ? await service.CreateTokenAsync("admin") : null;

        var answer = await AskAsync(service, token, HttpMethod.Get, path);

        Assert.Null(HeaderOf(answer, "RateLimit"));
        Assert.Null(HeaderOf(answer, "RateLimit-Policy"));
    }

    [Fact]
    public async Task An_address_with_too_many_bad_credentials_is_blocked_until_Retry_After_has_passed()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, Closed, ("RateLimits:FailuresPerMinute", "5"));
        var known = await service.CreateTokenAsync("viewer");
        var unknown = await service.CreateTokenAsync("viewer");
        var expired = await service.CreateTokenAsync("viewer", DateTimeOffset.UtcNow.AddSeconds(-1));
        (await AskAsync(service, known)).MustBe(200);

        string[] bad = [Guess(), expired, known[..^1] + "!", "nonsense"];
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => AskAsync(service, bad[i % bad.Length])));

        Assert.All(answers.Where(answer => answer.Status != 401), answer => MustBeRefused(answer, "too_many_failures"));
        Assert.InRange(answers.Count(answer => answer.Status == 401), 5, 8);
        var refused = MustBeRefused(await AskAsync(service, unknown), "too_many_failures");
        (await AskAsync(service, known)).MustBe(200);
        Assert.Equal("authentication_required", (string)(await AskAsync(service, null)).MustBe(401).Json["code"]!);
        (await AskAsync(service, unknown, HttpMethod.Get, "/healthz/ready")).MustBe(200);

        await Task.Delay(refused.Headers.RetryAfter!.Delta!.Value);
        (await AskAsync(service, unknown)).MustBe(200);
        (await AskAsync(service, unknown)).MustBe(200);
    }

    [Fact]
    public async Task Good_credentials_and_missing_credentials_do_not_count_as_failures()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, Closed, FewFailures);

        for (var i = 0; i < 10; i++)
        {
            (await AskAsync(service, await service.CreateTokenAsync("viewer"))).MustBe(200);
            (await AskAsync(service, null)).MustBe(401);
        }

        Assert.Equal("invalid_credential", (string)(await AskAsync(service, Guess())).MustBe(401).Json["code"]!);
    }

    [Fact]
    public async Task A_bad_credential_that_was_not_needed_does_not_count_as_a_failure()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var service = await TestService.StartAsync(_database.ConnectionString, [.. issuer.Settings, FewFailures]);
        var forged = issuer.Sign("viewer", TestIssuer.CreateRsaKey());

        for (var i = 0; i < Few; i++)
        {
            (await AskAsync(service, Guess(), HttpMethod.Get, "/nowhere")).MustBe(404);
            (await AskAsync(service, forged, HttpMethod.Get, "/healthz/live")).MustBe(200);
        }

        (await AskAsync(service, Guess())).MustBe(401);
        (await AskAsync(service, forged)).MustBe(401);
    }

    [Fact]
    public async Task Simultaneous_guesses_are_looked_up_one_by_one_and_only_as_many_as_may_fail()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, Closed, FewFailures);
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var block = new NpgsqlCommand("LOCK TABLE api_keys", connection, transaction);
        await block.ExecuteNonQueryAsync();

        var guesses = Enumerable.Range(0, 50).Select(_ => AskAsync(service, Guess())).ToList();
        // Shorter than the time limit of one look-up.
        await Task.Delay(TimeSpan.FromSeconds(1));
        var waiting = await _database.ExecuteAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        await transaction.RollbackAsync();
        var answers = await Task.WhenAll(guesses);

        Assert.Equal(1L, waiting);
        Assert.Equal(Few, answers.Count(answer => answer.Status == 401));
        Assert.Equal(50 - Few, answers.Count(answer => answer.Status == 429));
    }

    [Fact]
    public async Task Guesses_of_a_blocked_address_do_not_reach_the_database_but_a_known_key_does()
    {
        var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        await using var gate = new TcpGate(server.Host!, server.Port);
        var throughGate = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Host = "127.0.0.1", Port = gate.Port };
        await using var service = await TestService.StartAsync(throughGate.ConnectionString, Closed, FewFailures);
        var known = await service.CreateTokenAsync("viewer");
        (await AskAsync(service, known)).MustBe(200);
        var altered = $"{known[..^10]}{(known[^10] == 'A' ? 'B' : 'A')}{known[^9..]}";
        // Now the cached key is stale.
        await Task.Delay(TimeSpan.FromSeconds(5));
        await BlockAsync(service);

        (await AskAsync(service, known)).MustBe(200);
        await Task.Delay(TimeSpan.FromSeconds(5));
        await gate.ShutAsync();

        MustBeRefused(await AskAsync(service, Guess()), "too_many_failures");
        MustBeRefused(await AskAsync(service, altered), "too_many_failures");
        (await AskAsync(service, known)).MustBe(503);
    }

    [Fact]
    public async Task A_revoked_key_is_no_longer_a_known_key()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, Closed, FewFailures);
        var known = await service.CreateTokenAsync("viewer");
        (await AskAsync(service, known)).MustBe(200);
        await BlockAsync(service);

        await _database.ExecuteAsync("DELETE FROM api_keys");
        await Task.Delay(TimeSpan.FromSeconds(5));

        MustBeRefused(await AskAsync(service, known), "too_many_failures");
    }

    [Fact]
    public async Task Bad_tokens_count_like_bad_keys_and_good_tokens_still_work()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var service = await TestService.StartAsync(_database.ConnectionString, [.. issuer.Settings, FewFailures]);
        var unknown = await service.CreateTokenAsync("viewer");
        var forged = issuer.Sign("viewer", TestIssuer.CreateRsaKey());

        await BlockAsync(service, credential: forged);

        MustBeRefused(await AskAsync(service, unknown), "too_many_failures");
        (await AskAsync(service, issuer.Sign("viewer"))).MustBe(200);
    }

    [Fact]
    public async Task Tokens_do_not_count_as_failures_while_the_issuer_does_not_answer()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var service = await TestService.StartAsync(_database.ConnectionString, [.. issuer.Settings, FewFailures]);
        await issuer.ShutAsync();

        for (var i = 0; i <= Few; i++)
        {
            (await AskAsync(service, issuer.Sign("viewer"))).MustBe(503);
        }

        (await AskAsync(service, Guess())).MustBe(401);
    }

    [Fact]
    public async Task Failures_are_counted_for_the_address_that_a_trusted_proxy_names()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, Closed, FewFailures, Proxied);

        await BlockAsync(service, Client);
        await BlockAsync(service, "2001:db8:1:2::1");

        string[] blocked =
            [Client, $"::ffff:{Client}", $"198.51.100.1, {Client}", "2001:db8:1:2::2", "2001:db8:1:2:ffff:ffff:ffff:ffff"];
        foreach (var same in blocked)
        {
            Assert.True((await AskAsync(service, Guess(), forwardedFor: same)).Status == 429, same);
        }

        foreach (var other in new[] { null, "203.0.113.8", $"{Client}, 198.51.100.1", "2001:db8:1:3::1" })
        {
            Assert.True((await AskAsync(service, Guess(), forwardedFor: other)).Status == 401, other);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("192.0.2.1")]
    public async Task An_untrusted_client_cannot_name_another_address(string trusted)
    {
        await using var service = await TestService.StartAsync(
            _database.ConnectionString, Closed, FewFailures, ("Proxies:Trusted", trusted));

        for (var i = 0; i < Few; i++)
        {
            (await AskAsync(service, Guess(), forwardedFor: $"203.0.113.{i}")).MustBe(401);
        }

        MustBeRefused(await AskAsync(service, Guess(), forwardedFor: Client), "too_many_failures");
    }

    [Theory]
    [InlineData("Production", true)]
    [InlineData("Staging", true)]
    [InlineData("Development", false)]
    public async Task Both_limits_are_on_by_default_except_in_development(string environment, bool areOn)
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, Closed, ("environment", environment));
        var guest = await service.CreateTokenAsync("guest");
        (await AskAsync(service, guest)).MustBe(403);

        var guesses = new List<int>();
        for (var i = 0; i < 32; i++)
        {
            guesses.Add((await AskAsync(service, "nonsense")).Status);
        }

        // Few connections send everything at once, because the limit must be reached faster than it refills.
        var floods = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => FloodAsync(service.Client.BaseAddress!, guest, 1500)));

        Assert.All(guesses.Take(30), status => Assert.Equal(401, status));
        Assert.Equal(areOn, guesses.Contains(429));
        Assert.Equal(areOn, floods.Any(text => text.Contains("HTTP/1.1 429 ", StringComparison.Ordinal)));
    }

    private static string? HeaderOf(Answer answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static int RestOf(Answer answer)
    {
        var rest = HeaderOf(answer, "RateLimit")!.Split(';');
        Assert.Equal(["\"default\"", "t=1"], [rest[0], rest[2]]);
        return int.Parse(rest[1]["r=".Length..], CultureInfo.InvariantCulture);
    }

    private static string Guess() => KeyToken.Create(Guid.CreateVersion7()).Reveal();

    private static Answer MustBeRefused(Answer answer, string code)
    {
        Contract.VerifyProblem(answer.MustBe(429));
        Assert.Equal(code, (string)answer.Json["code"]!);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        return answer;
    }

    private static async Task BlockAsync(TestService service, string? forwardedFor = null, string credential = "nonsense")
    {
        for (var i = 0; i < Few; i++)
        {
            (await AskAsync(service, credential, forwardedFor: forwardedFor)).MustBe(401);
        }

        MustBeRefused(await AskAsync(service, credential, forwardedFor: forwardedFor), "too_many_failures");
    }

    private static Task<Answer> AskAsync(TestService service, string? token, string? forwardedFor = null) =>
        AskAsync(service, token, HttpMethod.Get, "/user", null, forwardedFor);

    private static async Task<Answer> AskAsync(
        TestService service, string? token, HttpMethod method, string path, string? body = null, string? forwardedFor = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (forwardedFor is not null)
        {
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        }

        using var response = await service.Stranger.SendAsync(request);
        return await Answer.ReadAsync(request, response);
    }

    private static async Task<string> FloodAsync(Uri address, string token, int count)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse(address.Host), address.Port).WithinLimitAsync();
        var head = $"GET /user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n";
        var requests = string.Concat(Enumerable.Repeat($"{head}\r\n", count - 1)) + $"{head}Connection: close\r\n\r\n";
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answers = reader.ReadToEndAsync().WithinLimitAsync();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(requests)).AsTask().WithinLimitAsync();
        return await answers;
    }
}

using System.Net.Sockets;
using System.Text;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Access;

/// <summary>What holds strangers, browsers, proxies and slow requests within bounds.</summary>
public sealed class HardeningTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const string Loopback = "127.0.0.1;::1";
    private const string Site = "https://app.example.org";

    [Theory]
    [InlineData("GET", "/user", 200)]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("GET", "/user/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", 404)]
    [InlineData("PUT", "/user", 405)]
    [InlineData("POST", "/user", 400)]
    [InlineData("GET", "/healthz/ready", 200)]
    [InlineData("GET", "/swagger/v1/swagger.json", 200)]
    public async Task Every_answer_tells_browsers_to_take_it_for_nothing_but_what_it_is(string method, string path, int status)
    {
        var answer = (await service.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}")).MustBe(status);

        Assert.Equal("nosniff", HeaderOf(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", HeaderOf(answer, "Referrer-Policy"));
        Assert.Equal("same-origin", HeaderOf(answer, "Cross-Origin-Resource-Policy"));
        Assert.Equal("DENY", HeaderOf(answer, "X-Frame-Options"));
        Assert.StartsWith("default-src 'none'; ", HeaderOf(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'none'", HeaderOf(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("no-store", HeaderOf(answer, "Cache-Control"));
        Assert.Null(HeaderOf(answer, "Server"));
        Assert.Null(HeaderOf(answer, "Strict-Transport-Security"));
    }

    [Fact]
    public async Task Only_what_can_be_asked_about_again_by_its_tag_may_be_kept_and_by_its_reader_alone()
    {
        var created = (await service.PostAsync("/user", """{"first_name":"Ada"}""")).MustBe(201);
        var path = $"/user/{created.Json.Id()}";

        var read = (await service.GetAsync(path)).MustBe(200);
        var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { read.Headers.ETag! } } };

        Assert.Equal("no-store", HeaderOf(created, "Cache-Control"));
        Assert.Equal("no-cache, private", HeaderOf(read, "Cache-Control"));
        Assert.Equal("no-cache, private", HeaderOf((await service.SendAsync(again)).MustBe(304), "Cache-Control"));
        Assert.Equal("no-store", HeaderOf((await service.PatchAsync(path, "{}")).MustBe(200), "Cache-Control"));
        Assert.Equal("no-store", HeaderOf((await service.DeleteAsync(path)).MustBe(204), "Cache-Control"));
    }

    [Theory]
    [InlineData("/swagger/index.html")]
    [InlineData("/api/v1/swagger/index.html")]
    public async Task The_documentation_may_load_what_it_consists_of(string path)
    {
        var page = (await service.GetAsync(path)).MustBe(200);

        var policy = HeaderOf(page, "Content-Security-Policy")!.Split("; ");
        Assert.Contains("script-src 'self' 'unsafe-inline'", policy);
        Assert.Contains("style-src 'self' 'unsafe-inline'", policy);
        Assert.Contains("connect-src 'self'", policy);
        // Nothing comes from elsewhere, which the policy would keep out.
        Assert.DoesNotContain("=\"http", page.Text, StringComparison.Ordinal);
        Assert.Contains("src=\"./", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_answered_and_its_query_cancelled()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var hurried = await TestService.StartAsync(database.ConnectionString, ("Requests:TimeoutSeconds", "1"));
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var block = new NpgsqlCommand("LOCK TABLE users", connection, transaction);
        await block.ExecuteNonQueryAsync();

        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Get, "/user", null),
            (HttpMethod.Post, "/user", """{"first_name":"Ada"}"""),
            (HttpMethod.Patch, $"/user/{Bodies.UnknownId}", """{"first_name":"Ada"}"""),
            (HttpMethod.Delete, $"/user/{Bodies.UnknownId}", null),
        })
        {
            var answer = await AskAsync(hurried, new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) });

            Contract.VerifyProblem(answer.MustBe(504));
            Assert.Equal("timed_out", (string)answer.Json["code"]!);
            Assert.Equal("no-store", HeaderOf(answer, "Cache-Control"));
        }

        // Those who ask for users at once share statements.
        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskAsync(hurried, HttpMethod.Get, $"/user/{Bodies.UnknownId}")));
        Assert.All(together, answer => answer.MustBe(504));
        await Eventually.BeAsync(async () => 0L == (long)(await database.ExecuteAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))!);
        await transaction.RollbackAsync();
        Assert.Equal(0, (int)(await AskAsync(hurried, HttpMethod.Get, "/user")).MustBe(200).Json["count"]!);
    }

    // Looked at and not waited for: what Npgsql itself would have is half a minute.
    [Theory]
    [InlineData("", 121, 180)]
    [InlineData(";Command Timeout=7", 7, 7)]
    [InlineData(";CommandTimeout=0", 0, 0)]
    public async Task A_statement_is_ended_by_its_request_unless_the_operator_says_otherwise(string setting, int least, int most)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var patient = await TestService.StartAsync($"{database.ConnectionString}{setting}", ("Requests:TimeoutSeconds", "120"));

        var used = new NpgsqlConnectionStringBuilder(patient.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString);

        Assert.InRange(used.CommandTimeout, least, most);
    }

    [Fact]
    public async Task A_client_that_reads_slowly_gets_the_whole_answer()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var hurried = await TestService.StartAsync(database.ConnectionString, ("Requests:TimeoutSeconds", "3"));
        await database.ExecuteAsync(
            """
            INSERT INTO users (id, role) SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'viewer' FROM generate_series(1, 50000);
            INSERT INTO user_groups (id, name) SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'Large' FROM generate_series(1, 5);
            INSERT INTO memberships (group_id, user_id) SELECT user_groups.id, users.id FROM user_groups, users;
            """);

        // More than the buffers on the way hold: the service is still sending when the time is over.
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(hurried.Client.BaseAddress!.Host, hurried.Client.BaseAddress.Port);
        await client.SendAsync("GET /auth/group HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        await Task.Delay(TimeSpan.FromSeconds(4));
        await using var stream = new NetworkStream(client);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var text = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 200 ", text, StringComparison.Ordinal);
        // The last chunk, without which an answer is not whole.
        Assert.EndsWith("\r\n0\r\n\r\n", text, StringComparison.Ordinal);
        Assert.True(text.Length > 5 * 50_000 * 38, $"{text.Length}");
    }

    [Fact]
    public async Task No_web_site_may_use_the_api_unless_it_is_configured()
    {
        var preflight = await service.SendAsync(Preflight(Site));
        var read = await service.SendAsync(From(Site));

        preflight.MustBe(405);
        Assert.All((Answer[])[preflight, read], answer => Assert.Null(HeaderOf(answer, "Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("Cors:Origins", "https://other.example.org;https://app.example.org")]
    [InlineData("Cors:Origins:0", Site)]
    public async Task A_configured_web_site_and_no_other_may_use_the_api(string key, string value)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var open = await TestService.StartAsync(database.ConnectionString, (key, value));

        var preflight = (await AskAsync(open, Preflight(Site))).MustBe(204);
        var read = (await AskAsync(open, From(Site))).MustBe(200);
        var failed = (await AskAsync(open, From(Site, "/user/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"))).MustBe(404);

        Assert.All((Answer[])[preflight, read, failed], answer => Assert.Equal(Site, HeaderOf(answer, "Access-Control-Allow-Origin")));
        Assert.Equal("GET,POST,PUT,PATCH,DELETE", HeaderOf(preflight, "Access-Control-Allow-Methods"));
        Assert.Equal("If-Match", HeaderOf(preflight, "Access-Control-Allow-Headers"), ignoreCase: true);
        Assert.Equal("ETag,Link,Location,Retry-After", HeaderOf(read, "Access-Control-Expose-Headers"));
        Assert.Null(HeaderOf(read, "Access-Control-Allow-Credentials"));
        foreach (var stranger in new[] { "https://evil.example.org", "http://app.example.org", "https://app.example.org:444", "null" })
        {
            Assert.Null(HeaderOf(await AskAsync(open, Preflight(stranger)), "Access-Control-Allow-Origin"));
            Assert.Null(HeaderOf(await AskAsync(open, From(stranger)), "Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task Where_there_is_https_the_api_is_to_be_reached_by_nothing_else_but_health_checks_are()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var outer = await TestService.StartAsync(database.ConnectionString, ("https_port", "8443"), ("Proxies:Trusted", Loopback));

        var sent = (await AskAsync(outer, HttpMethod.Get, "/api/v1/user?page=1")).MustBe(307);
        Assert.Equal($"https://{outer.Client.BaseAddress!.Host}:8443/api/v1/user?page=1", $"{sent.Headers.Location}");
        Assert.Equal(307, (await AskAsync(outer, HttpMethod.Get, "/swagger")).Status);
        Assert.Equal(200, (await AskAsync(outer, HttpMethod.Get, "/healthz/ready")).Status);
        Assert.Equal(200, (await AskAsync(outer, HttpMethod.Get, "/api/v1/healthz/live")).Status);

        var secure = (await AskAsync(outer, Forwarded("https", "workspace.example.org"))).MustBe(200);
        Assert.Equal("max-age=2592000", HeaderOf(secure, "Strict-Transport-Security"));
        Assert.Null(HeaderOf(sent, "Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("Proxies:Trusted:0", "127.0.0.1")]
    [InlineData("Proxies:Trusted", "10.0.0.0/8; 127.0.0.0/8 ;::1/128")]
    public async Task Links_and_locations_are_those_of_a_trusted_proxy(string key, string value)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, (key, value));

        var first = (await AskAsync(behind, ForwardedPost("https", "workspace.example.org:8443"))).MustBe(201);
        (await AskAsync(behind, ForwardedPost("https", "workspace.example.org:8443"))).MustBe(201);
        var list = (await AskAsync(behind, Forwarded("https", "workspace.example.org:8443"))).MustBe(200);

        Assert.Equal($"https://workspace.example.org:8443/user/{first.Json.Id()}", $"{first.Headers.Location}");
        Assert.StartsWith("https://workspace.example.org:8443/user?page_size=1&page=2&cursor=", (string)list.Json["links"]!["next"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_what_is_forwarded_only_what_trusted_proxies_added_counts()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", Loopback));

        // The proxy saw a stranger, whose own words before that are worth nothing.
        var request = ForwardedPost("ftp, https", "evil.example, workspace.example.org");
        request.Headers.Add("X-Forwarded-For", "127.0.0.1, 203.0.113.7");

        Assert.StartsWith("https://workspace.example.org/user/", $"{(await AskAsync(behind, request)).MustBe(201).Headers.Location}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xn--")]
    [InlineData("workspace.example.org, xn--a")]
    [InlineData("a b")]
    public async Task A_proxys_word_that_names_no_host_is_ignored(string host)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", Loopback));

        var created = (await AskAsync(behind, ForwardedPost("http", host))).MustBe(201);

        Assert.StartsWith($"{behind.Client.BaseAddress}user/", $"{created.Headers.Location}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.0/8;192.0.2.1")]
    public async Task Nobody_else_is_believed_about_the_address_that_was_asked_for(string trusted)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var direct = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", trusted));

        foreach (var path in new[] { "/user?page_size=1", "/swagger/v1/swagger.json", "/swagger/index.html", "/swagger" })
        {
            var request = Forwarded("https", "evil.example", path);
            request.Headers.Add("X-Forwarded-For", "203.0.113.7");
            request.Headers.Add("X-Forwarded-Prefix", "/evil");
            request.Headers.Add("X-Forwarded-Port", "666");
            request.Headers.Add("Forwarded", "for=203.0.113.7;host=evil.example;proto=https");
            var answer = await AskAsync(direct, request);

            Assert.DoesNotContain("evil", $"{answer.Headers.Location} {answer.Text}", StringComparison.Ordinal);
        }

        var created = (await AskAsync(direct, ForwardedPost("https", "evil.example"))).MustBe(201);
        Assert.StartsWith($"{direct.Client.BaseAddress}user/", $"{created.Headers.Location}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Proxies__Trusted", "10.0.0.1;proxy.example.org", "Proxies__Trusted has proxy.example.org,")]
    [InlineData("Proxies__Trusted__0", "10.0.0.0/33", "Proxies__Trusted has 10.0.0.0/33,")]
    [InlineData("Requests__TimeoutSeconds", "0", "Requests__TimeoutSeconds must be")]
    [InlineData("Requests__TimeoutSeconds", "1.5", "Requests__TimeoutSeconds must be")]
    [InlineData("RateLimits__RequestsPerSecond", "-1", "RateLimits__RequestsPerSecond must be a whole number from 0 to 100000")]
    [InlineData("RateLimits__RequestsPerSecond", "many", "RateLimits__RequestsPerSecond must be")]
    [InlineData("RateLimits__FailuresPerMinute", "1.5", "RateLimits__FailuresPerMinute must be")]
    [InlineData("RateLimits__FailuresPerMinute", "100001", "RateLimits__FailuresPerMinute must be")]
    [InlineData("Cors__Origins", "*", "Cors__Origins has *,")]
    [InlineData("Cors__Origins", "https://app.example.org/", "Cors__Origins has https://app.example.org/,")]
    [InlineData("Cors__Origins__0", "https://*.example.org", "Cors__Origins has https://*.example.org,")]
    [InlineData("Authentication__Authority", "login.example.org", "Authentication__Authority has login.example.org,")]
    [InlineData("Authentication__Authority", "http://login.example.org", "Authentication__Authority has http://login.example.org,")]
    [InlineData("Authentication__Authority", "https://login.example.org?x=1", "Authentication__Authority has https://login.example.org?x=1,")]
    [InlineData("Authentication__Authority", "https://login.example.org", "Authentication__Authority needs Authentication__Audience")]
    [InlineData("Authentication__Audience", "workspace", "Authentication__Audience is set without")]
    [InlineData("ASPNETCORE_HTTPS_PORT", "https", "ASPNETCORE_HTTPS_PORT must be")]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true", "ASPNETCORE_FORWARDEDHEADERS_ENABLED would believe")]
    public async Task A_setting_that_cannot_be_used_is_explained_at_start(string name, string value, string explanation)
    {
        var run = await ProgramRun.OfAsync([], ("ConnectionStrings__Workspace", "Host=127.0.0.1;Port=1"), (name, value));

        var error = run.Error.TrimEnd();
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(explanation, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Assert.Empty(run.Output);
    }

    private static string? HeaderOf(Answer answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static HttpRequestMessage From(string origin, string path = "/user") =>
        new(HttpMethod.Get, path) { Headers = { { "Origin", origin } } };

    private static HttpRequestMessage Preflight(string origin) => new(HttpMethod.Options, "/user")
    {
        Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "PATCH" }, { "Access-Control-Request-Headers", "if-match" } },
    };

    private static HttpRequestMessage Forwarded(string scheme, string host, string path = "/user?page_size=1") =>
        new(HttpMethod.Get, path) { Headers = { { "X-Forwarded-Proto", scheme }, { "X-Forwarded-Host", host } } };

    private static HttpRequestMessage ForwardedPost(string scheme, string host)
    {
        var request = Forwarded(scheme, host, "/user");
        request.Method = HttpMethod.Post;
        request.Content = ServiceFixture.ToContent("""{"first_name":"Ada"}""");
        return request;
    }

    private static Task<Answer> AskAsync(TestService service, HttpMethod method, string path) => AskAsync(service, new HttpRequestMessage(method, path));

    private static async Task<Answer> AskAsync(TestService service, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await service.Client.SendAsync(request);
            return await Answer.ReadAsync(request, response);
        }
    }
}

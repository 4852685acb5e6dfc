using System.Net.Sockets;
using System.Text;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Access;

/// <summary>Protection against strangers, browsers, proxies and slow requests.</summary>
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
    public async Task Every_answer_has_the_headers_that_restrict_browsers(string method, string path, int status)
    {
        var answer = (await service.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}")).MustBe(status);

        Assert.Equal("nosniff", HeaderOf(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", HeaderOf(answer, "Referrer-Policy"));
        Assert.Equal("same-origin", HeaderOf(answer, "Cross-Origin-Resource-Policy"));
        Assert.Equal("DENY", HeaderOf(answer, "X-Frame-Options"));
        Assert.StartsWith("default-src 'none'; ", HeaderOf(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'none'", HeaderOf(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("no-store", HeaderOf(answer, "Cache-Control"));
        Assert.Matches(@"\A[0-9a-f]{32}\z", HeaderOf(answer, "X-Request-Id")!);
        Assert.Null(HeaderOf(answer, "Server"));
        Assert.Null(HeaderOf(answer, "Strict-Transport-Security"));
    }

    [Fact]
    public async Task Only_a_resource_with_a_tag_may_be_cached_and_only_by_its_reader()
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
    public async Task The_policy_of_the_documentation_allows_its_own_parts(string path)
    {
        var page = (await service.GetAsync(path)).MustBe(200);

        var policy = HeaderOf(page, "Content-Security-Policy")!.Split("; ");
        Assert.Contains("script-src 'self' 'unsafe-inline'", policy);
        Assert.Contains("style-src 'self' 'unsafe-inline'", policy);
        Assert.Contains("connect-src 'self'", policy);
        // The policy would block a part from another site.
        Assert.DoesNotContain("=\"http", page.Text, StringComparison.Ordinal);
        Assert.Contains("src=\"./", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swagger_can_be_switched_off()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var closed = await TestService.StartAsync(database.ConnectionString, ("Swagger:Enabled", "false"));

        foreach (var path in new[] { "/swagger", "/swagger/index.html", "/swagger/v1/swagger.json" })
        {
            (await AskAsync(closed, new HttpRequestMessage(HttpMethod.Get, path))).MustBe(404);
        }

        var start = (await AskAsync(closed, new HttpRequestMessage(HttpMethod.Get, "/"))).MustBe(200);
        Assert.Null(start.Json["links"]!["try_it"]);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_gets_an_answer_and_its_query_is_cancelled()
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
            var content = body is null ? null : ServiceFixture.ToContent(body);
            var answer = await AskAsync(hurried, new HttpRequestMessage(method, path) { Content = content });

            Contract.VerifyProblem(answer.MustBe(504));
            Assert.Equal("timed_out", (string)answer.Json["code"]!);
            Assert.Equal("no-store", HeaderOf(answer, "Cache-Control"));
        }

        // Simultaneous reads of single users share statements.
        var together = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => AskAsync(hurried, HttpMethod.Get, $"/user/{Bodies.UnknownId}")));
        Assert.All(together, answer => answer.MustBe(504));
        await Eventually.BeAsync(async () => 0L == (long)(await database.ExecuteAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))!);
        await transaction.RollbackAsync();
        Assert.Equal(0, (int)(await AskAsync(hurried, HttpMethod.Get, "/user")).MustBe(200).Json["count"]!);
    }

    // Reads the setting, because a wait would take minutes. The default of Npgsql is 30 seconds.
    [Theory]
    [InlineData("", 121, 180)]
    [InlineData(";Command Timeout=7", 7, 7)]
    [InlineData(";CommandTimeout=0", 0, 0)]
    public async Task A_statement_ends_with_its_request_unless_the_connection_string_sets_a_limit(string setting, int least, int most)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var patient = await TestService.StartAsync($"{database.ConnectionString}{setting}", ("Requests:TimeoutSeconds", "120"));

        var used = new NpgsqlConnectionStringBuilder(patient.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString);

        Assert.InRange(used.CommandTimeout, least, most);
    }

    [Fact]
    public async Task A_slow_reader_gets_the_complete_answer()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var hurried = await TestService.StartAsync(database.ConnectionString, ("Requests:TimeoutSeconds", "3"));
        await database.ExecuteAsync(
            """
            INSERT INTO users (id, role)
            SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'viewer' FROM generate_series(1, 50000);
            INSERT INTO user_groups (id, name)
            SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'Large' FROM generate_series(1, 5);
            INSERT INTO memberships (group_id, user_id) SELECT user_groups.id, users.id FROM user_groups, users;
            """);

        // The answer is larger than all buffers on the way, so the service still sends when the time limit ends.
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(hurried.Client.BaseAddress!.Host, hurried.Client.BaseAddress.Port).WithinLimitAsync();
        await client.SendAsync("GET /auth/group HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        await Task.Delay(TimeSpan.FromSeconds(4));
        await using var stream = new NetworkStream(client);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var text = await reader.ReadToEndAsync().WithinLimitAsync();

        Assert.StartsWith("HTTP/1.1 200 ", text, StringComparison.Ordinal);
        // The last chunk marks a complete answer.
        Assert.EndsWith("\r\n0\r\n\r\n", text, StringComparison.Ordinal);
        Assert.True(text.Length > 5 * 50_000 * 38, $"{text.Length}");
    }

    [Fact]
    public async Task A_web_site_that_is_not_configured_may_not_use_the_api()
    {
        var preflight = await service.SendAsync(Preflight(Site));
        var read = await service.SendAsync(From(Site));

        preflight.MustBe(405);
        Assert.All((Answer[])[preflight, read], answer => Assert.Null(HeaderOf(answer, "Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("Cors:Origins", "https://other.example.org;https://app.example.org")]
    [InlineData("Cors:Origins:0", Site)]
    public async Task Only_a_configured_web_site_may_use_the_api(string key, string value)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var open = await TestService.StartAsync(database.ConnectionString, (key, value));

        var preflight = (await AskAsync(open, Preflight(Site))).MustBe(204);
        var read = (await AskAsync(open, From(Site))).MustBe(200);
        var failed = (await AskAsync(open, From(Site, "/user/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"))).MustBe(404);

        Assert.All((Answer[])[preflight, read, failed], answer => Assert.Equal(Site, HeaderOf(answer, "Access-Control-Allow-Origin")));
        Assert.Equal("GET,POST,PUT,PATCH,DELETE", HeaderOf(preflight, "Access-Control-Allow-Methods"));
        Assert.Equal("600", HeaderOf(preflight, "Access-Control-Max-Age"));
        Assert.Equal("If-Match", HeaderOf(preflight, "Access-Control-Allow-Headers"), ignoreCase: true);
        Assert.Equal(
            "ETag,Link,Location,Retry-After,RateLimit,RateLimit-Policy,X-Request-Id", HeaderOf(read, "Access-Control-Expose-Headers"));
        Assert.Null(HeaderOf(read, "Access-Control-Allow-Credentials"));
        foreach (var stranger in new[] { "https://evil.example.org", "http://app.example.org", "https://app.example.org:444", "null" })
        {
            Assert.Null(HeaderOf(await AskAsync(open, Preflight(stranger)), "Access-Control-Allow-Origin"));
            Assert.Null(HeaderOf(await AskAsync(open, From(stranger)), "Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task With_https_configured_http_is_redirected_except_for_health_checks()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var outer = await TestService.StartAsync(
            database.ConnectionString, ("https_port", "8443"), ("Proxies:Trusted", Loopback));

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
    public async Task Links_and_locations_have_the_address_of_a_trusted_proxy(string key, string value)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, (key, value));

        var first = (await AskAsync(behind, ForwardedPost("https", "workspace.example.org:8443"))).MustBe(201);
        (await AskAsync(behind, ForwardedPost("https", "workspace.example.org:8443"))).MustBe(201);
        var list = (await AskAsync(behind, Forwarded("https", "workspace.example.org:8443"))).MustBe(200);

        Assert.Equal($"https://workspace.example.org:8443/user/{first.Json.Id()}", $"{first.Headers.Location}");
        const string Next = "https://workspace.example.org:8443/user?page_size=1&page=2&cursor=";
        Assert.StartsWith(Next, (string)list.Json["links"]!["next"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_prefix_and_port_of_a_trusted_proxy_stand_in_every_address()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", Loopback));

        var created = (await AskAsync(behind, Published(ForwardedPost("https", "workspace.example.org")))).MustBe(201);
        (await AskAsync(behind, ForwardedPost("https", "workspace.example.org"))).MustBe(201);
        var list = (await AskAsync(behind, Published(Forwarded("https", "workspace.example.org", "/api/v1/user?page_size=1")))).MustBe(200);
        var missing = (await AskAsync(behind, Published(Forwarded("https", "workspace.example.org", "/nowhere")))).MustBe(404);
        var page = await AskAsync(behind, Published(Forwarded("https", "workspace.example.org", "/swagger")));
        var index = (await AskAsync(behind, Published(Forwarded("https", "workspace.example.org", "/swagger/index.html")))).MustBe(200);

        const string Outer = "https://workspace.example.org:8443/directory";
        Assert.Equal($"{Outer}/user/{created.Json.Id()}", $"{created.Headers.Location}");
        Assert.StartsWith($"{Outer}/api/v1/user?page_size=1&page=2&", (string)list.Json["links"]!["next"]!, StringComparison.Ordinal);
        Assert.Contains($"<{Outer}/api/v1/user?", HeaderOf(list, "Link"), StringComparison.Ordinal);
        Assert.Equal("/directory/nowhere", (string)missing.Json["instance"]!);
        Assert.Equal("/directory/docs/errors#not_found", (string)missing.Json["type"]!);
        Assert.EndsWith("/directory/swagger/index.html", $"{page.Headers.Location}", StringComparison.Ordinal);
        Assert.Contains("/directory/swagger/v1/swagger.json", index.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/swagger/v1/swagger.json", null, "/", "/api/v1")]
    [InlineData("/api/v1/swagger/v1/swagger.json", null, "/api/v1", "/")]
    [InlineData("/swagger/v1/swagger.json", "/directory", "/directory", "/directory/api/v1")]
    [InlineData("/swagger/v1/swagger.json", "/outer/inner/", "/outer/inner", "/outer/inner/api/v1")]
    [InlineData("/api/v1/swagger/v1/swagger.json", "/directory", "/directory/api/v1", "/directory")]
    public async Task The_servers_of_the_document_are_relative(string path, string? prefix, string first, string second)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", Loopback));
        var request = Forwarded("https", "workspace.example.org", path);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Prefix", prefix);

        var document = (await AskAsync(behind, request)).MustBe(200).Json;

        Assert.Equal([first, second], document["servers"]!.AsArray().Select(server => (string)server!["url"]!));
    }

    [Theory]
    [InlineData("http", null, "8080", "http://{own}:8080/")]
    [InlineData("https", "workspace.example.org", "443", "https://workspace.example.org/")]
    [InlineData("https", "workspace.example.org:443", null, "https://workspace.example.org/")]
    [InlineData("http", "workspace.example.org", "443", "http://workspace.example.org:443/")]
    [InlineData("https", "workspace.example.org:9443", "8443", "https://workspace.example.org:9443/")]
    [InlineData("https", "[2001:db8::1]", "8443", "https://[2001:db8::1]:8443/")]
    [InlineData("https", "workspace.example.org", "0", "https://workspace.example.org/")]
    [InlineData("https", "workspace.example.org", "65536", "https://workspace.example.org/")]
    [InlineData("https", "workspace.example.org", "8443, 8444", "https://workspace.example.org/")]
    [InlineData("https", "workspace.example.org", "http", "https://workspace.example.org/")]
    public async Task A_forwarded_port_counts_if_the_forwarded_host_has_none(string scheme, string? host, string? port, string expected)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", Loopback));
        var request = ForwardedPost(scheme, "");
        request.Headers.Remove("X-Forwarded-Host");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", host);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Port", port);

        var created = (await AskAsync(behind, request)).MustBe(201);

        var start = expected.Replace("{own}", behind.Client.BaseAddress!.Host, StringComparison.Ordinal);
        Assert.StartsWith($"{start}user/", $"{created.Headers.Location}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("directory")]
    [InlineData("//evil.example")]
    [InlineData("/a//b")]
    [InlineData("/a b")]
    [InlineData("/a?b")]
    [InlineData("/a#b")]
    [InlineData("/%zz")]
    [InlineData("/a\\b")]
    [InlineData("https://evil.example/")]
    public async Task A_forwarded_prefix_that_is_not_a_path_is_ignored(string prefix)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", Loopback));
        var request = ForwardedPost("https", "workspace.example.org");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Prefix", prefix);

        var created = (await AskAsync(behind, request)).MustBe(201);

        Assert.StartsWith("https://workspace.example.org/user/", $"{created.Headers.Location}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_forwarded_values_of_trusted_proxies_count()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", Loopback));

        // The proxy appended the last value of each header. A stranger sent the first value, which does not count.
        var request = ForwardedPost("ftp, https", "evil.example, workspace.example.org");
        request.Headers.Add("X-Forwarded-For", "127.0.0.1, 203.0.113.7");

        var created = (await AskAsync(behind, request)).MustBe(201);
        Assert.StartsWith("https://workspace.example.org/user/", $"{created.Headers.Location}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xn--")]
    [InlineData("workspace.example.org, xn--a")]
    [InlineData("a b")]
    [InlineData("workspace.example.org:99999999")]
    public async Task A_forwarded_host_that_is_invalid_is_ignored(string host)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behind = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", Loopback));

        var created = (await AskAsync(behind, ForwardedPost("http", host))).MustBe(201);

        Assert.StartsWith($"{behind.Client.BaseAddress}user/", $"{created.Headers.Location}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.0/8;192.0.2.1")]
    public async Task Forwarded_values_of_an_untrusted_client_do_not_count(string trusted)
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
            Assert.DoesNotContain(":666", $"{answer.Headers.Location} {answer.Text}", StringComparison.Ordinal);
        }

        var created = (await AskAsync(direct, ForwardedPost("https", "evil.example"))).MustBe(201);
        Assert.StartsWith($"{direct.Client.BaseAddress}user/", $"{created.Headers.Location}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Proxies__Trusted", "10.0.0.1;proxy.example.org", "Proxies__Trusted has proxy.example.org,")]
    [InlineData("Proxies__Trusted__0", "10.0.0.0/33", "Proxies__Trusted has 10.0.0.0/33,")]
    [InlineData("Webhooks__AllowedNetworks", "10.0.0.0/8;internal", "Webhooks__AllowedNetworks has internal,")]
    [InlineData("Requests__TimeoutSeconds", "0", "Requests__TimeoutSeconds must be")]
    [InlineData("Requests__TimeoutSeconds", "1.5", "Requests__TimeoutSeconds must be")]
    [InlineData("RateLimits__RequestsPerSecond", "-1", "RateLimits__RequestsPerSecond must be a whole number from 0 to 100000")]
    [InlineData("RateLimits__RequestsPerSecond", "many", "RateLimits__RequestsPerSecond must be")]
    [InlineData("RateLimits__FailuresPerMinute", "1.5", "RateLimits__FailuresPerMinute must be")]
    [InlineData("RateLimits__FailuresPerMinute", "100001", "RateLimits__FailuresPerMinute must be")]
    [InlineData("Cors__Origins", "*", "Cors__Origins has *,")]
    [InlineData("Cors__Origins", "https://app.example.org/", "Cors__Origins has https://app.example.org/,")]
    [InlineData("Cors__Origins__0", "https://*.example.org", "Cors__Origins has https://*.example.org,")]
    [InlineData("Authentication__Authority", "login.example.org", "Authentication__Authority is login.example.org.")]
    [InlineData("Authentication__Authority", "http://login.example.org", "Authentication__Authority is http://login.example.org.")]
    [InlineData(
        "Authentication__Authority", "https://login.example.org?x=1", "Authentication__Authority is https://login.example.org?x=1.")]
    [InlineData("Authentication__Authority", "https://login.example.org", "Authentication__Authority needs Authentication__Audience")]
    [InlineData("Authentication__Audience", "workspace", "Authentication__Audience is set without")]
    [InlineData("Swagger__Enabled", "no", "Swagger__Enabled must be true or false.")]
    [InlineData("ASPNETCORE_HTTPS_PORT", "https", "ASPNETCORE_HTTPS_PORT must be")]
    [InlineData("Bootstrap__AdminKey", "s3cret", "Bootstrap__AdminKey is not a token.")]
    [InlineData(
        "Bootstrap__AdminKey",
        "cwk_00000000000000000000000000000000_0000000000000000000000000000000000000000000",
        "Bootstrap__AdminKey is not a token. It has cwk_, a UUID of version 7")]
    [InlineData("Bootstrap__AdminKey_FILE", "/nowhere/key", "The file in Bootstrap__AdminKey_FILE cannot be read: Could not find")]
    [InlineData("Bootstrap__AdminKey_FILE", "/dev/null", "The file in Bootstrap__AdminKey_FILE is empty: /dev/null.")]
    [InlineData("Bootstrap__AdminKey_FILE", "/dev/zero", "The file in Bootstrap__AdminKey_FILE is no secret")]
    [InlineData("ConnectionStrings__Workspace_FILE", "/dev/null", "ConnectionStrings__Workspace and ConnectionStrings__Workspace_FILE are")]
    [InlineData("Database__Pasword_FILE", "/dev/null", "Database__Pasword_FILE is not read. These settings have files: ")]
    [InlineData("PGPASSWORD_FILE", "/dev/null", "PGPASSWORD_FILE is not read.")]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true", "ASPNETCORE_FORWARDEDHEADERS_ENABLED makes the service trust")]
    public async Task The_start_explains_an_unusable_setting(string name, string value, string explanation)
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

    private static HttpRequestMessage Published(HttpRequestMessage request)
    {
        request.Headers.Add("X-Forwarded-Prefix", "/directory");
        request.Headers.Add("X-Forwarded-Port", "8443");
        return request;
    }

    private static HttpRequestMessage ForwardedPost(string scheme, string host)
    {
        var request = Forwarded(scheme, host, "/user");
        request.Method = HttpMethod.Post;
        request.Content = ServiceFixture.ToContent("""{"first_name":"Ada"}""");
        return request;
    }

    private static Task<Answer> AskAsync(TestService service, HttpMethod method, string path) =>
        AskAsync(service, new HttpRequestMessage(method, path));

    private static async Task<Answer> AskAsync(TestService service, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await service.Client.SendAsync(request);
            return await Answer.ReadAsync(request, response);
        }
    }
}

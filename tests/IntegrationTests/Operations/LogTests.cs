using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>The log, configured as JSON lines in a file.</summary>
public sealed class LogTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"workspace-log-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Each_request_is_one_line_with_trace_method_route_status_and_duration()
    {
        var traces = new List<string?>();
        var lines = await LogOfAsync(async client =>
        {
            var created = await SendAsync(client, HttpMethod.Post, "/user", """{"first_name":"Ada"}""");
            var user = JsonNode.Parse(await created.ReadAsStringAsync())!;
            await SendAsync(client, HttpMethod.Get, $"/user/{user["id"]}");
            await SendAsync(client, HttpMethod.Patch, $"/api/v1/user/{user["id"]}/", "{}");
            traces.Add(await TraceAsync(SendAsync(client, HttpMethod.Post, "/auth/group", "{}")));
            await SendAsync(client, HttpMethod.Delete, $"/user/{user["id"]}");
            traces.Add(await TraceAsync(SendAsync(client, HttpMethod.Delete, $"/user/{user["id"]}")));
            await SendAsync(client, HttpMethod.Get, "/auth/group?page=1");
            traces.Add(await TraceAsync(SendAsync(client, HttpMethod.Get, "/nowhere")));
            using var answer = await client.GetAsync(new Uri("/user", UriKind.Relative));
            traces.Add(Assert.Single(answer.Headers.GetValues("X-Request-Id")));
        });

        Assert.Equal(
            [
                "POST /user 201", "GET /user/{id:uuid} 200", "PATCH /user/{id:uuid} 200", "POST /auth/group 400",
                "DELETE /user/{id:uuid} 204", "DELETE /user/{id:uuid} 404", "GET /auth/group 200", "GET (none) 404",
                "GET /user 200",
            ],
            lines.Select(line => $"{line["Method"]} {line["Route"]} {line["Status"]}"));
        Assert.All(lines, line => Assert.Matches(@"\A[0-9a-f]{32}\z", (string)line["@tr"]!));
        Assert.All(lines, line => Assert.True((double)line["Elapsed"]! > 0));
        Assert.Equal(traces, new[] { lines[3], lines[5], lines[7], lines[8] }.Select(line => (string?)line["@tr"]));
    }

    [Fact]
    public async Task Each_line_names_the_caller_and_the_client_s_address()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var id = "";
        var lines = await LogOfAsync(
            async client =>
            {
                id = $"{Guid.ParseExact(client.DefaultRequestHeaders.Authorization!.Parameter!.Split('_')[1], "N")}";
                client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
                await SendAsync(client, HttpMethod.Get, "/user");
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issuer.Sign("admin"));
                await SendAsync(client, HttpMethod.Get, "/nowhere");
                await SendAsync(client, HttpMethod.Get, "/user?page=0");
                client.DefaultRequestHeaders.Authorization = null;
                await SendAsync(client, HttpMethod.Get, "/user");
            },
            null,
            [.. issuer.Settings, ("Proxies:Trusted", "127.0.0.0/8;::1")]);

        Assert.Equal(
            [$"200 key:{id}", "404 anonymous", "400 subject:ada", "401 anonymous"],
            lines.Select(line => $"{line["Status"]} {line["Caller"]}"));
        Assert.All(lines, line => Assert.Equal("203.0.113.7", (string)line["Client"]!));
    }

    [Theory]
    [InlineData("", "203.0.113.7", true)]
    [InlineData("false", "127.0.0.1", false)]
    public async Task The_address_is_that_of_the_connection_or_left_out(string setting, string forwarded, bool isLogged)
    {
        var line = Assert.Single(await LogOfAsync(
            async client =>
            {
                client.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
                await SendAsync(client, HttpMethod.Get, "/user");
            },
            null,
            [("Log:ClientAddress", setting)]));

        Assert.Equal(isLogged, line["Client"] is not null);
        Assert.Equal(isLogged, ((string)line["@mt"]!).Contains("{Client}", StringComparison.Ordinal));
        Assert.DoesNotContain("203.0.113.7", line.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_data_of_a_client_is_logged()
    {
        string[] secrets =
        [
            "Secretfirst", "Secretlast", "secret.address", "Secretgroup", "Secreticon", "Secretdescription",
            "secretquery", "secretproperty", "secretheader",
        ];

        var lines = await LogOfAsync(async client =>
        {
            const string User = """{"first_name":"Secretfirst","last_name":"Secretlast","email":"secret.address@example.org"}""";
            var created = await SendAsync(client, HttpMethod.Post, "/user", User);
            Assert.Contains("Secretfirst", await created.ReadAsStringAsync(), StringComparison.Ordinal);
            await SendAsync(client, HttpMethod.Post, "/user", User);
            await SendAsync(
                client, HttpMethod.Post, "/user", """{"secretproperty":"Secretfirst","role":"Secretlast","email":"secret.address"}""");
            await SendAsync(client, HttpMethod.Post, "/user", """{"first_name":"Secretfirst""");
            await SendAsync(
                client, HttpMethod.Post, "/auth/group", """{"name":"Secretgroup","icon":"Secreticon","description":"Secretdescription"}""");
            await SendAsync(client, HttpMethod.Post, "/auth/group", $$"""{"name":"Secretgroup","users":["{{Bodies.UnknownId}}"]}""");
            await SendAsync(client, HttpMethod.Get, "/user?page=secretquery&secretquery=secretquery");
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secretheader");
            await SendAsync(client, HttpMethod.Get, "/user");
        });

        Assert.Equal(401, (int)lines[7]["Status"]!);
        Assert.Equal(8, lines.Count);
        AssertKeeps(secrets);
    }

    [Fact]
    public async Task A_path_is_logged_only_as_its_route()
    {
        await LogOfAsync(async client =>
        {
            await SendAsync(client, HttpMethod.Get, "/user/secret.address@example.org");
            await SendAsync(client, HttpMethod.Get, "/secretpath");
        });

        AssertKeeps("secret.address", "secretpath");
    }

    [Theory]
    [InlineData("ALTER TABLE users ADD CHECK (first_name IS NULL)", 500, "Error", true)]
    [InlineData("DROP TABLE users CASCADE", 503, "Warning", false)]
    [InlineData("ALTER TABLE users RENAME COLUMN last_name TO surname", 503, "Warning", false)]
    public async Task No_data_of_a_client_is_logged_when_the_service_fails(
        string arrangement, int status, string level, bool hasStackTrace)
    {
        const string User = """{"first_name":"Secretfirst","email":"secret.address@example.org"}""";
        var lines = await LogOfAsync(client => SendAsync(client, HttpMethod.Post, "/user", User), arrangement);

        Assert.Equal(status, (int)Assert.Single(lines)["Status"]!);
        var reason = JsonNode.Parse(Assert.Single(
            await File.ReadAllLinesAsync(_file), line => line.Contains("ProblemExceptionHandler", StringComparison.Ordinal)))!;
        Assert.Equal(level, (string)reason["@l"]!);
        Assert.Equal(hasStackTrace, reason["@x"] is not null);
        AssertKeeps("Secretfirst", "secret.address");
    }

    private static async Task<HttpContent> SendAsync(HttpClient client, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) };
        return (await client.SendAsync(request)).Content;
    }

    private static async Task<string?> TraceAsync(Task<HttpContent> answer) =>
        (string?)JsonNode.Parse(await (await answer).ReadAsStringAsync())!["trace_id"];

    /// <summary>Returns the lines about requests, in order. The service has stopped by then, so the log is complete.</summary>
    private async Task<List<JsonNode>> LogOfAsync(
        Func<HttpClient, Task> requestsAsync, string? arrangement = null, params (string Key, string Value)[] settings)
    {
        string token;
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using (var service = await TestService.StartAsync(
            database.ConnectionString,
            [
                .. settings,
                ("Serilog:MinimumLevel:Default", "Information"),
                ("Serilog:Using:0", "Serilog.Sinks.File"),
                ("Serilog:WriteTo:0:Name", "File"),
                ("Serilog:WriteTo:0:Args:path", _file),
                ("Serilog:WriteTo:0:Args:formatter", "Serilog.Formatting.Compact.CompactJsonFormatter, Serilog.Formatting.Compact"),
            ]))
        {
            token = await service.CreateTokenAsync("admin");
            service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (arrangement is not null)
            {
                await database.ExecuteAsync(arrangement);
            }

            await requestsAsync(service.Client);
        }

        AssertKeeps(token, token.Split('_', 3)[2]);

        if (new NpgsqlConnectionStringBuilder(database.ConnectionString).Password is { Length: > 0 } password)
        {
            AssertKeeps($"Password={password}");
        }

        return [.. (await File.ReadAllLinesAsync(_file)).Select(line => JsonNode.Parse(line)!).Where(line => line["Route"] is not null)];
    }

    private void AssertKeeps(params string[] secrets)
    {
        var log = File.ReadAllText(_file);
        Assert.All(secrets, secret => Assert.False(
            log.Contains(secret, StringComparison.OrdinalIgnoreCase),
            string.Create(CultureInfo.InvariantCulture, $"{secret} is in the log:\n{log}")));
    }
}

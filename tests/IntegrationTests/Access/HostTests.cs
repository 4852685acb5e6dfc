using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Access;

/// <summary>The header <c>Host</c>, which links and redirects repeat.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private static readonly string[] Paths =
        ["/user", "/user?page_size=1", "/nowhere", "/healthz/live", "/swagger", "/swagger/v1/swagger.json", "/api/v1/auth/group"];

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("127.0.0.1:99999999")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("localhost:0")]
    [InlineData("localhost:")]
    [InlineData("localhost:99999999999999999999")]
    [InlineData("xn--")]
    [InlineData("xn--a:80")]
    [InlineData("[::::]")]
    [InlineData("[1:2:3]:80")]
    [InlineData("[::1]:99999")]
    [InlineData("a..b")]
    [InlineData("a!b")]
    public async Task A_malformed_host_is_refused_on_every_path(string host)
    {
        await using var service = await TestService.StartAsync(
            _database.ConnectionString, ("AllowedHosts", "*"), ("https_port", "8443"));

        foreach (var path in Paths)
        {
            var answer = await RawHttp.SendAsync(
                service.Client.BaseAddress!, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

            // The web server refuses some of them itself, with an empty body.
            Assert.True(
                RawHttp.StatusOf(answer) == 400
                && (answer.Contains("\"code\":\"invalid_host\"", StringComparison.Ordinal)
                    || answer.Contains("Content-Length: 0", StringComparison.Ordinal)),
                $"{path}: {answer}");
        }
    }

    [Theory]
    [InlineData("localhost:65535")]
    [InlineData("LOCALHOST")]
    [InlineData("localhost.")]
    [InlineData("my_service:80")]
    [InlineData("xn--bcher-kva.example")]
    [InlineData("[::1]:80")]
    [InlineData("192.0.2.1")]
    public async Task A_valid_host_is_kept_in_links(string host)
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, ("AllowedHosts", "*"));

        var created = await RawHttp.SendAsync(
            service.Client.BaseAddress!,
            $"POST /user HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
            + """{"first_name":"Ada"}""");

        Assert.Equal(201, RawHttp.StatusOf(created));
        Assert.Contains($"Location: http://{host}/user/", created, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_checks_answer_under_every_host_and_other_paths_only_under_the_allowed_ones()
    {
        var file = Path.Combine(Path.GetTempPath(), $"workspace-hosts-{Guid.NewGuid():N}.json");
        try
        {
            await using (var service = await TestService.StartAsync(
                _database.ConnectionString,
                ("AllowedHosts", "workspace.example.org;*.internal.example.org"),
                ("Serilog:MinimumLevel:Default", "Information"),
                ("Serilog:Using:0", "Serilog.Sinks.File"),
                ("Serilog:WriteTo:0:Name", "File"),
                ("Serilog:WriteTo:0:Args:path", file),
                ("Serilog:WriteTo:0:Args:formatter", "Serilog.Formatting.Compact.CompactJsonFormatter, Serilog.Formatting.Compact")))
            {
                foreach (var path in new[] { "/healthz/live", "/healthz/ready", "/api/v1/healthz/live", "/healthz/ready/" })
                {
                    (await AskAsync(service, path, "10.42.0.17:8080")).MustBe(200);
                }

                foreach (var path in new[] { "/user", "/swagger/v1/swagger.json", "/swagger/index.html", "/nowhere", "/healthzz" })
                {
                    var refused = (await AskAsync(service, path, "10.42.0.17:8080")).MustBe(400);
                    Contract.VerifyProblem(refused);
                    Assert.Equal("host_not_allowed", (string)refused.Json["code"]!);
                    Assert.Equal(["nosniff"], refused.Headers.GetValues("X-Content-Type-Options"));
                }

                (await AskAsync(service, "/user", "workspace.example.org:8080")).MustBe(200);
                (await AskAsync(service, "/user", "a.internal.example.org")).MustBe(200);
                (await AskAsync(service, "/user", "internal.example.org")).MustBe(400);
            }

            var lines = (await File.ReadAllLinesAsync(file)).Select(line => JsonNode.Parse(line)!);
            Assert.Equal(6, lines.Count(line => (int?)line["Status"] == 400));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<Answer> AskAsync(TestService service, string path, string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
        using var response = await service.Client.SendAsync(request);
        return await Answer.ReadAsync(request, response);
    }
}

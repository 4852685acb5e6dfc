using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Access;

/// <summary>The service is open without a credential only in Development and only to its own machine.</summary>
public sealed class OpenAccessTests : IAsyncLifetime
{
    private const string Required = "Authentication__Required";

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task In_development_no_credential_is_needed_but_a_given_credential_counts()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        var viewer = await service.CreateTokenAsync("viewer");

        (await AskAsync(service, null, HttpMethod.Post)).MustBe(201);
        (await AskAsync(service, null, HttpMethod.Get)).MustBe(200);
        (await AskAsync(service, viewer, HttpMethod.Get)).MustBe(200);
        Assert.Equal("admin_required", (string)(await AskAsync(service, viewer, HttpMethod.Post)).MustBe(403).Json["code"]!);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            var refused = (await AskAsync(service, "cwk_nonsense", method)).MustBe(401).Json;
            Assert.Equal("invalid_credential", (string)refused["code"]!);
            Assert.EndsWith(
                "This service needs no credential now, so you can also omit the header.",
                (string)refused["detail"]!,
                StringComparison.Ordinal);
        }

        Assert.Equal(1L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Theory]
    [InlineData("Development", "", true)]
    [InlineData("Development", "false", true)]
    [InlineData("Development", "true", false)]
    [InlineData("Production", "", false)]
    [InlineData("Production", "true", false)]
    [InlineData("Staging", "", false)]
    public async Task An_open_service_logs_one_warning_and_any_other_service_needs_a_credential(
        string environment, string required, bool isOpen)
    {
        var file = Path.Combine(Path.GetTempPath(), $"workspace-open-{Guid.NewGuid():N}.json");
        try
        {
            await using (var service = await TestService.StartAsync(
                _database.ConnectionString,
                ("environment", environment),
                ("Authentication:Required", required),
                ("Serilog:MinimumLevel:Default", "Warning"),
                ("Serilog:Using:0", "Serilog.Sinks.File"),
                ("Serilog:WriteTo:0:Name", "File"),
                ("Serilog:WriteTo:0:Args:path", file),
                ("Serilog:WriteTo:0:Args:formatter", "Serilog.Formatting.Compact.CompactJsonFormatter, Serilog.Formatting.Compact")))
            {
                (await AskAsync(service, null, HttpMethod.Get)).MustBe(isOpen ? 200 : 401);
            }

            var warnings = (await File.ReadAllLinesAsync(file))
                .Select(line => (string)JsonNode.Parse(line)!["@mt"]!)
                .Where(text => text.StartsWith("Authentication is off", StringComparison.Ordinal));
            Assert.Equal(isOpen ? 1 : 0, warnings.Count());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://0.0.0.0:0")]
    [InlineData("ASPNETCORE_URLS", "http://[::]:0")]
    [InlineData("ASPNETCORE_URLS", "http://*:5080")]
    [InlineData("ASPNETCORE_URLS", "http://localhost:5080;http://+:5081")]
    [InlineData("ASPNETCORE_URLS", "http://192.0.2.1:5080")]
    [InlineData("ASPNETCORE_URLS", "http://workspace.example.org:5080")]
    [InlineData("ASPNETCORE_URLS", "http://localhost.example.org:5080")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "5080")]
    [InlineData("ASPNETCORE_HTTPS_PORTS", "5443")]
    [InlineData("Kestrel__Endpoints__Inner__Url", "http://0.0.0.0:0")]
    public async Task An_open_service_does_not_start_at_an_address_of_other_machines(string name, string value)
    {
        var run = await RunAsync("Development", (name, value));

        MustExplain(run, "Without authentication the service must listen on this machine only, but other machines can reach ");
        Assert.Contains("Set Authentication__Required=true", run.Error, StringComparison.Ordinal);
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"));
    }

    [Theory]
    [InlineData("Production", "false", "Authentication__Required=false works only in Development, and this is Production.")]
    [InlineData("Staging", "False", "Authentication__Required=false works only in Development, and this is Staging.")]
    [InlineData("Production", "no", "Authentication__Required must be true or false.")]
    [InlineData("Development", "1", "Authentication__Required must be true or false.")]
    public async Task The_start_explains_a_choice_that_is_not_allowed(string environment, string value, string explanation) =>
        MustExplain(await RunAsync(environment, (Required, value)), explanation);

    [Fact]
    public async Task With_authentication_the_service_answers_other_machines_and_any_host_name()
    {
        await using var service = await ServiceProcess.StartAsync(
            _database.ConnectionString, (Required, "true"), ("ASPNETCORE_URLS", "http://127.0.0.1:0;http://0.0.0.0:0"));

        Assert.Equal(401, await AskByAsync(service.Client, "workspace.example.org"));
    }

    [Fact]
    public async Task An_open_service_answers_only_to_the_names_of_this_machine()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);

        foreach (var own in new[] { "localhost", "localhost:80", "127.0.0.1", "[::1]:5080" })
        {
            Assert.True(await AskByAsync(service.Client, own) == 200, own);
        }

        foreach (var other in new[] { "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1" })
        {
            Assert.True(await AskByAsync(service.Client, other) == 400, other);
        }
    }

    [Theory]
    [InlineData("*", 200, 200)]
    [InlineData("workspace.example.org", 200, 400)]
    [InlineData("workspace.example.org ; localhost", 200, 200)]
    [InlineData("workspace.example.org", 200, 400, "AllowedHosts:0")]
    [InlineData("", 400, 200)]
    [InlineData(";", 400, 200)]
    public async Task An_open_service_answers_to_the_configured_names(string allowed, int named, int local, string key = "AllowedHosts")
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, (key, allowed));

        Assert.Equal(named, await AskByAsync(service.Client, "workspace.example.org"));
        Assert.Equal(local, await AskByAsync(service.Client, "localhost"));
    }

    private static void MustExplain(ProgramRun run, string explanation)
    {
        var error = run.Error.TrimEnd();
        Assert.True(run.ExitCode == 1, $"{run}");
        Assert.StartsWith(explanation, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    private static async Task<int> AskByAsync(HttpClient client, string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/user") { Headers = { Host = host } };
        using var response = await client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "text/html");
        return (int)response.StatusCode;
    }

    private static async Task<Answer> AskAsync(TestService service, string? token, HttpMethod method)
    {
        using var request = new HttpRequestMessage(method, "/user")
        {
            Content = method == HttpMethod.Post ? ServiceFixture.ToContent("""{"first_name":"Ada"}""") : null,
        };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await service.Stranger.SendAsync(request);
        return await Answer.ReadAsync(request, response);
    }

    private Task<ProgramRun> RunAsync(string environment, (string Name, string Value) setting) => ProgramRun.OfAsync(
        [], ("ConnectionStrings__Workspace", _database.ConnectionString), ("ASPNETCORE_ENVIRONMENT", environment), setting);
}

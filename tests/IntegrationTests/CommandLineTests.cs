using System.Net;
using System.Net.Sockets;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests;

/// <summary>The program as an operator starts it: a process with arguments, settings, output and an exit code.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Help_says_what_there_is()
    {
        var run = await ProgramRun.OfAsync(["help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("migrate", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_that_is_no_command_is_refused_and_starts_nothing()
    {
        var run = await ProgramRun.OfAsync(["mirgate"], ("ConnectionStrings__Workspace", _database.ConnectionString));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("There is no command mirgate.", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_brings_the_schema_up_to_date_and_ends()
    {
        var run = await ProgramRun.OfAsync(
            ["migrate", "--AnySetting=1"],
            ("ConnectionStrings__Workspace", _database.ConnectionString),
            ("Database__MigrateOnStart", "false"));

        Assert.True(run.ExitCode == 0, $"{run}");
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Theory]
    [InlineData("ConnectionStrings__Workspace", "", "No database is configured")]
    [InlineData("ConnectionStrings__Workspace", "Hst=nowhere", "no valid connection string")]
    [InlineData("ConnectionStrings__Workspace", "Database=workspace", "names no server")]
    [InlineData("Database__MigrateOnStart", "perhaps", "must be true or false")]
    [InlineData("ASPNETCORE_URLS", "nonsense", "nonsense")]
    [InlineData("ASPNETCORE_URLS", "http://localhost:99999", "A setting cannot be used")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "eighty", "must be port numbers")]
    public async Task A_setting_that_cannot_be_used_is_explained_without_a_stack_trace(string name, string value, string explanation)
    {
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Workspace"] = _database.ConnectionString, [name] = value };

        var run = await ProgramRun.OfAsync([], [.. settings.Select(setting => (setting.Key, setting.Value))]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(explanation, run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_explained()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var run = await ProgramRun.OfAsync(
            [], ("ConnectionStrings__Workspace", _database.ConnectionString), ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("in use by another program", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_check_tells_a_service_that_is_ready_from_none()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        var address = service.Client.BaseAddress!;

        Assert.Equal(0, (await ProgramRun.OfAsync(["healthcheck"], ("ASPNETCORE_URLS", $"https://localhost:1;http://{address.Authority}"))).ExitCode);
        Assert.Equal(1, (await ProgramRun.OfAsync(["healthcheck"], ("ASPNETCORE_URLS", "http://127.0.0.1:1"))).ExitCode);
        Assert.Equal(1, (await ProgramRun.OfAsync(["healthcheck"], ("ASPNETCORE_URLS", "nonsense"))).ExitCode);
    }
}

using CleanWorkspace.Infrastructure.PrivatePostgres;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>The private PostgreSQL server of a folder is shared by one service and any number of commands.</summary>
public sealed class SharedPrivatePostgresTests : IAsyncLifetime
{
    private const string StartTime = "SELECT pg_postmaster_start_time()::text";

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly string _root = Path.Combine(Path.GetTempPath(), $"shared-postgres-{Guid.NewGuid():N}");
    private readonly List<PrivatePostgresServer> _servers = [];

    private KillGuard[] _guards = [];

    private string Folder => Path.Combine(_root, "data");

    private string CopiedFolder => Path.Combine(_root, "copy");

    public Task InitializeAsync()
    {
        _guards = [KillGuard.OfServer(Folder), KillGuard.OfServer(CopiedFolder)];
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }

        Array.ForEach(_guards, guard => guard.Dispose());
    }

    [Fact]
    public async Task A_command_uses_the_server_of_the_service_and_leaves_it_running()
    {
        var service = await StartServiceAsync();
        var startedAt = await QueryAsync(service, StartTime);

        var command = await JoinAsync();

        Assert.Equal(startedAt, await QueryAsync(command, StartTime));
        await command.DisposeAsync();
        Assert.Equal(startedAt, await QueryAsync(service, StartTime));
    }

    [Fact]
    public async Task A_command_finishes_after_the_service_has_stopped_and_then_stops_the_server()
    {
        var service = await StartServiceAsync();
        var command = await JoinAsync();
        var startedAt = await QueryAsync(command, StartTime);

        await service.DisposeAsync();

        Assert.Equal(startedAt, await QueryAsync(command, StartTime));
        await command.DisposeAsync();
        AssertStopped();
    }

    [Fact]
    public async Task A_service_starts_while_a_command_runs_and_keeps_the_server()
    {
        var command = await JoinAsync();
        var service = await StartServiceAsync();

        await command.DisposeAsync();

        Assert.Equal(1, await QueryAsync(service, "SELECT 1"));
        await service.DisposeAsync();
        AssertStopped();
    }

    [Fact]
    public async Task A_second_service_is_refused_even_while_commands_run()
    {
        var command = await JoinAsync();
        var service = await StartServiceAsync();

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(StartServiceAsync);

        Assert.Contains($"{Folder} is in use by process {Environment.ProcessId} ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, await QueryAsync(service, "SELECT 1"));
        Assert.Equal(1, await QueryAsync(command, "SELECT 1"));
    }

    [Fact]
    public async Task A_service_and_commands_that_start_together_share_one_server_and_the_last_one_stops_it()
    {
        var all = await Task.WhenAll(
            [Task.Run(StartServiceAsync), .. Enumerable.Range(0, 4).Select(_ => Task.Run(JoinAsync))]).WaitAsync(TimeLimit);
        var startTimes = await Task.WhenAll(all.Select(server => QueryAsync(server, StartTime)));

        Assert.Single(startTimes.Distinct());
        await Task.WhenAll(all.Select(server => server.DisposeAsync().AsTask())).WaitAsync(TimeLimit);
        AssertStopped();
    }

    [Fact]
    public async Task Commands_that_come_and_go_never_lose_the_server()
    {
        async Task ComeAndGoAsync()
        {
            for (var round = 0; round < 4; round++)
            {
                await using var command = await PrivatePostgresServer.JoinAsync(Folder, durable: false);
                Assert.Equal(1, await QueryAsync(command, "SELECT 1"));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(ComeAndGoAsync))).WaitAsync(TimeLimit);

        AssertStopped();
    }

    [Fact]
    public async Task A_copy_of_the_folder_gets_its_own_server_and_the_original_goes_on()
    {
        var first = await StartServiceAsync();
        await QueryAsync(first, "CREATE TABLE kept AS SELECT 42 AS number");
        await first.DisposeAsync();
        Copy(Folder, CopiedFolder);
        var original = await StartServiceAsync();
        File.Copy(ProcessFileIn(Folder), ProcessFileIn(CopiedFolder));

        var command = await JoinAsync(CopiedFolder);

        Assert.NotEqual(PortOf(original), PortOf(command));
        Assert.Equal(42, await QueryAsync(command, "SELECT number FROM kept"));
        await command.DisposeAsync();
        Assert.Equal(42, await QueryAsync(original, "SELECT number FROM kept"));
    }

    [Fact]
    public async Task The_program_imports_a_relative_file_while_the_service_runs()
    {
        Directory.CreateDirectory(_root);
        await File.WriteAllTextAsync(Path.Combine(_root, "users.csv"), "email\nada@example.org\n");
        // The settings of another program in the working directory must not count.
        await File.WriteAllTextAsync(
            Path.Combine(_root, "appsettings.json"), """{"ConnectionStrings":{"Workspace":"Host=127.0.0.1;Port=1"}}""");
        await using var service = await ServiceProcess.StartAsync("", ("Database__DataDirectory", Folder)).WaitAsync(TimeLimit);

        var import = await RunAsync("import users.csv");
        var export = await RunAsync("export copy.csv");

        Assert.True(import.ExitCode == 0, $"{import}");
        Assert.True(export.ExitCode == 0, $"{export}");
        Assert.Contains("ada@example.org", await File.ReadAllTextAsync(Path.Combine(_root, "copy.csv")), StringComparison.Ordinal);
        var served = await service.Client.GetStringAsync(new Uri("/user", UriKind.Relative));
        Assert.Contains("ada@example.org", served, StringComparison.Ordinal);
        await service.TerminateAsync();
        Assert.Equal(0, await service.WaitForExitAsync());
        AssertStopped();
    }

    private static string ProcessFileIn(string folder) => Path.Combine(folder, "cluster", "postmaster.pid");

    private static int PortOf(PrivatePostgresServer server) => new NpgsqlConnectionStringBuilder(server.ConnectionString).Port;

    private static Task<object?> QueryAsync(PrivatePostgresServer server, string sql) =>
        TestDatabase.ExecuteAsync(server.ConnectionString, sql);

    private static void Copy(string source, string target)
    {
        // The account that runs the server must own the copy, so the system's own program makes it.
        using var copying = System.Diagnostics.Process.Start("cp", ["-a", source, target]);
        copying.WaitForExit(TimeLimit);
        Assert.Equal(0, copying.ExitCode);
    }

    private Task<PrivatePostgresServer> StartServiceAsync() => KeepAsync(PrivatePostgresServer.StartAsync(Folder, durable: false));

    private Task<PrivatePostgresServer> JoinAsync() => JoinAsync(Folder);

    private Task<PrivatePostgresServer> JoinAsync(string folder) => KeepAsync(PrivatePostgresServer.JoinAsync(folder, durable: false));

    private async Task<PrivatePostgresServer> KeepAsync(Task<PrivatePostgresServer> starting)
    {
        var server = await starting.WaitAsync(TimeLimit);
        lock (_servers)
        {
            _servers.Add(server);
        }

        return server;
    }

    private Task<ProgramRun> RunAsync(string arguments) => ProgramRun.OfAsync(
        "sh",
        ["-c", $"cd '{_root}' && exec dotnet '{typeof(Program).Assembly.Location}' {arguments}"],
        ("ASPNETCORE_ENVIRONMENT", "Development"),
        ("ConnectionStrings__Workspace", ""),
        ("Database__DataDirectory", Folder));

    private void AssertStopped() => Assert.False(File.Exists(ProcessFileIn(Folder)));
}

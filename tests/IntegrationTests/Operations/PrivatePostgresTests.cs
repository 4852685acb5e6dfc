using System.Diagnostics;
using System.Globalization;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Real servers, each in its own folder. The test removes the folder at the end.</summary>
public sealed class PrivatePostgresTests : IAsyncLifetime
{
    private const string StartTime = "SELECT pg_postmaster_start_time()::text";

    // The name has a space, a letter outside ASCII, and characters with a meaning in a shell.
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"embedded pöstgres $HOME & {Guid.NewGuid():N}");

    private KillGuard _guard = null!;

    private string ProcessFile => Path.Combine(_folder, "cluster", "postmaster.pid");

    public Task InitializeAsync()
    {
        _guard = KillGuard.OfServer(_folder);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (Directory.Exists(_folder))
        {
            // A failed test can leave its server running.
            await (await ClusterAsync()).StopAsync();
            Directory.Delete(_folder, recursive: true);
        }

        _guard.Dispose();
    }

    [Fact]
    public async Task Data_survives_a_stop_and_a_start()
    {
        await using (var first = await StartAsync())
        {
            await QueryAsync(first, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('naïve ✓')");
        }

        await using var second = await StartAsync();

        Assert.Equal("naïve ✓", await QueryAsync(second, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task Every_alphabet_has_upper_and_lower_case_and_text_is_sorted_by_bytes()
    {
        await using var postgres = await StartAsync();

        Assert.Equal("äжω", await QueryAsync(postgres, "SELECT lower('ÄЖΩ')"));
        Assert.Equal("C", await QueryAsync(postgres, "SELECT datcollate FROM pg_database WHERE datname = current_database()"));
    }

    [Fact]
    public async Task The_server_stops_with_the_service()
    {
        var postgres = await StartAsync();

        await postgres.DisposeAsync();

        await Assert.ThrowsAsync<NpgsqlException>(() => QueryAsync(postgres, "SELECT 1"));
        Assert.False(File.Exists(ProcessFile));
    }

    [Fact]
    public async Task Only_this_machine_can_reach_the_server_and_only_with_its_password()
    {
        await using var postgres = await StartAsync();

        Assert.Equal("127.0.0.1", await QueryAsync(postgres, "SHOW listen_addresses"));
        Assert.Equal(string.Empty, await QueryAsync(postgres, "SHOW unix_socket_directories"));
        var guess = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Password = "guess" };
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => TestDatabase.ExecuteAsync(guess.ConnectionString, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "password")));
        }
    }

    [Theory]
    [InlineData(true, "on")]
    [InlineData(false, "off")]
    public async Task The_server_has_the_settings_that_the_service_needs(bool durable, string fsync)
    {
        await using var postgres = await PrivatePostgresServer.StartAsync(_folder, durable);

        Assert.Equal(fsync, await QueryAsync(postgres, "SHOW fsync"));
        Assert.Equal("200", await QueryAsync(postgres, "SHOW max_connections"));
        Assert.Equal("UTF8", await QueryAsync(postgres, "SHOW server_encoding"));
        Assert.Equal("C", await QueryAsync(postgres, "SELECT datcollate FROM pg_database WHERE datname = current_database()"));
        Assert.Equal("workspace", await QueryAsync(postgres, "SELECT current_database()::text"));
    }

    [Fact]
    public async Task A_second_service_on_the_same_folder_is_refused()
    {
        await using var first = await StartAsync();

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(StartAsync);

        Assert.Contains(_folder, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId} ", refusal.Message, StringComparison.Ordinal);
        AssertAdvises(refusal);
        Assert.Equal(1, await QueryAsync(first, "SELECT 1"));
    }

    [Fact]
    public async Task The_server_of_a_killed_service_is_taken_over()
    {
        var left = await LeaveServerAsync(durable: false);
        var startedAt = await TestDatabase.ExecuteAsync(left, StartTime);

        await using var postgres = await StartAsync();

        Assert.Equal(startedAt, await QueryAsync(postgres, StartTime));
    }

    [Fact]
    public async Task A_leftover_server_that_is_not_durable_is_restarted_as_durable()
    {
        var left = await LeaveServerAsync(durable: false);
        var startedAt = await TestDatabase.ExecuteAsync(left, StartTime);

        await using var postgres = await PrivatePostgresServer.StartAsync(_folder);

        Assert.NotEqual(startedAt, await QueryAsync(postgres, StartTime));
        Assert.Equal("on", await QueryAsync(postgres, "SHOW fsync"));
    }

    [Fact]
    public async Task A_leftover_server_that_refuses_the_password_is_stopped_and_the_error_says_why()
    {
        await LeaveServerAsync(durable: false);
        await File.WriteAllTextAsync(Path.Combine(_folder, "password"), "wrong");

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(StartAsync);

        Assert.Contains("password authentication failed", refusal.Message, StringComparison.Ordinal);
        AssertAdvises(refusal);
        Assert.False(File.Exists(ProcessFile));
    }

    [Fact]
    public async Task A_killed_server_starts_again_with_its_data()
    {
        await using (var first = await StartAsync())
        {
            await QueryAsync(first, "CREATE TABLE kept AS SELECT 42 AS number");
            var id = (await File.ReadAllLinesAsync(ProcessFile))[0];
            using var server = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
            server.Kill();
        }

        Assert.True(File.Exists(ProcessFile));
        await using var second = await StartAsync();

        Assert.Equal(42, await QueryAsync(second, "SELECT number FROM kept"));
    }

    [Fact]
    public async Task Another_process_with_the_number_of_the_old_server_keeps_running()
    {
        await (await StartAsync()).DisposeAsync();
        // It cannot be this process, because PostgreSQL makes an exception for its parent.
        using var other = Process.Start(
            OperatingSystem.IsWindows() ? new ProcessStartInfo("ping", ["-n", "60", "127.0.0.1"]) : new ProcessStartInfo("sleep", ["60"]))!;
        try
        {
            await File.WriteAllLinesAsync(ProcessFile, [$"{other.Id}", ".", "0", "1", "", "127.0.0.1", "", "ready"]);

            await using var postgres = await StartAsync();

            Assert.Equal(1, await QueryAsync(postgres, "SELECT 1"));
            Assert.False(other.HasExited);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public async Task An_unfinished_database_is_created_again()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "cluster.new-1"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "lock"), string.Empty);
        await File.WriteAllTextAsync(Path.Combine(_folder, "password"), "half");
        await File.WriteAllTextAsync(Path.Combine(_folder, "cluster.new-1", "PG_VERSION"), "1");

        await using var postgres = await StartAsync();

        Assert.Equal(1, await QueryAsync(postgres, "SELECT 1"));
        Assert.False(Directory.Exists(Path.Combine(_folder, "cluster.new-1")));
    }

    [Fact]
    public async Task A_damaged_database_is_never_replaced()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "cluster", "base"));

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(StartAsync);

        AssertAdvises(refusal);
        Assert.True(Directory.Exists(Path.Combine(_folder, "cluster", "base")));
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_folder_with_other_files_is_refused_and_stays_unchanged()
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "notes.txt"), "mine");

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(StartAsync);

        Assert.Contains(_folder, refusal.Message, StringComparison.Ordinal);
        AssertAdvises(refusal);
        Assert.Equal(["notes.txt"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("file/postgres")]
    [InlineData("file")]
    public async Task The_error_names_a_folder_that_cannot_be_created(string path)
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), string.Empty);

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(
            () => PrivatePostgresServer.StartAsync(Path.Combine(_folder, path)));

        Assert.Contains(_folder, refusal.Message, StringComparison.Ordinal);
        AssertAdvises(refusal);
    }

    [Fact]
    public async Task A_path_too_long_for_PostgreSQL_is_refused()
    {
        var folder = Path.Combine([_folder, .. Enumerable.Repeat(new string('x', 100), 10)]);

        AssertAdvises(await Assert.ThrowsAsync<PrivatePostgresException>(() => PrivatePostgresServer.StartAsync(folder)));
    }

    [Fact]
    public async Task An_abandoned_start_frees_the_folder()
    {
        using var abandoned = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => PrivatePostgresServer.StartAsync(_folder, durable: false, abandoned.Token));

        await using var postgres = await StartAsync();

        Assert.Equal(1, await QueryAsync(postgres, "SELECT 1"));
    }

    [Fact]
    public async Task Without_PostgreSQL_the_error_names_three_ways_to_get_a_database()
    {
        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(
            () => PostgresBinaries.FindAsync([_folder], null, _folder, CancellationToken.None));

        Assert.Contains("apt install postgresql", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("dnf install postgresql-server", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("brew install postgresql", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("docker compose up --build --wait", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Workspace", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_a_version_that_is_not_installed_is_refused_and_both_versions_are_named()
    {
        var installed = await PostgresBinaries.FindAsync(null, _folder, CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(
            () => PostgresBinaries.FindAsync([installed.Folder], 99, _folder, CancellationToken.None));

        Assert.Contains($"{_folder} was made with PostgreSQL 99", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"PostgreSQL {installed.Version} in {installed.Folder}", refusal.Message, StringComparison.Ordinal);
        AssertAdvises(refusal);
    }

    private static void AssertAdvises(PrivatePostgresException refusal)
    {
        Assert.Contains("Database__DataDirectory", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Workspace", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<object?> QueryAsync(PrivatePostgresServer postgres, string sql) =>
        TestDatabase.ExecuteAsync(postgres.ConnectionString, sql);

    private Task<PrivatePostgresServer> StartAsync() => PrivatePostgresServer.StartAsync(_folder, durable: false);

    /// <summary>Leaves a running server without a holder of its lock, like a killed service.</summary>
    private async Task<string> LeaveServerAsync(bool durable)
    {
        await (await StartAsync()).DisposeAsync();
        return await (await ClusterAsync(durable)).StartAsync(CancellationToken.None);
    }

    private async Task<PostgresCluster> ClusterAsync(bool durable = false)
    {
        var binaries = await PostgresBinaries.FindAsync(null, _folder, CancellationToken.None);
        var account = await ServerAccount.PrepareAsync(_folder, binaries, CancellationToken.None);
        return new PostgresCluster(binaries, _folder, account, durable);
    }
}

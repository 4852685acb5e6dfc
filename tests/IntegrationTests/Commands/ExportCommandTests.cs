using System.Runtime.Versioning;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Commands;

/// <summary>The command <c>export</c> as an operator runs it.</summary>
public sealed class ExportCommandTests : IAsyncLifetime
{
    private const string Header = "email,first_name,last_name,role,user_groups\r\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("export-").FullName;
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        await ProgramRun.OfAsync(["migrate"], ("ConnectionStrings__Workspace", _database.ConnectionString));
        await _database.ExecuteAsync(
            """
            INSERT INTO user_groups (id, name) VALUES ('019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071', 'Analysts');
            INSERT INTO users (id, email, folded_email, first_name, role)
            VALUES
                ('019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6072', 'a@x', 'a@x', '=É', 'guest'),
                ('019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6073', NULL, NULL, 'Grace', 'admin');
            INSERT INTO memberships (user_id, group_id) SELECT id, '019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071' FROM users WHERE role = 'guest'
            """);
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_format_follows_from_the_name_of_the_file_and_the_program_counts_the_rows()
    {
        var csv = await ExportAsync("users.csv");
        var ndjson = await ExportAsync("all.JSONL");

        Assert.True((csv.ExitCode, csv.Output) == (0, ""), $"{csv}");
        Assert.Matches(@"Exported 2 users in \d+\.\d s\.\s*\z", csv.Error);
        Assert.Equal($"{Header}a@x,=É,,guest,Analysts\r\n,Grace,,admin,\r\n", await ReadAsync("users.csv"));
        Assert.True((ndjson.ExitCode, ndjson.Output) == (0, ""), $"{ndjson}");
        Assert.Matches(@"Exported 2 users and 1 groups in \d+\.\d s\.\s*\z", ndjson.Error);
        Assert.Equal(
            ["user_groups", "users", "users", "events"],
            (await ReadAsync("all.JSONL")).Trim().Split('\n').Select(line => line.Split('"')[3]));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Theory]
    [InlineData("export")]
    [InlineData("export -")]
    [InlineData("export - --format csv")]
    public async Task Without_a_file_the_export_goes_to_the_standard_output(string words)
    {
        var run = await RunAsync(words.Split(' '));

        Assert.Equal((0, $"{Header}a@x,=É,,guest,Analysts\r\n,Grace,,admin,\r\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_with_force()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "users.csv"), "mine");

        var refused = await ExportAsync("users.csv");
        var kept = await ReadAsync("users.csv");
        var forced = await ExportAsync("users.csv", "--force", "--excel-safe");

        Assert.Equal((1, "mine"), (refused.ExitCode, kept));
        Assert.Contains("--force replaces it", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, forced.ExitCode);
        Assert.StartsWith($"{Header}a@x,\"'=É\"", await ReadAsync("users.csv"), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_replaced_file_keeps_its_mode_and_a_link_keeps_its_target()
    {
        var file = Path.Combine(_folder, "users.csv");
        await File.WriteAllTextAsync(file, "mine");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(Path.Combine(_folder, "link.csv"), "users.csv");

        var run = await ExportAsync("link.csv", "--force");

        Assert.True(run.ExitCode == 0, $"{run}");
        Assert.StartsWith(Header, await ReadAsync("users.csv"), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal("users.csv", new FileInfo(Path.Combine(_folder, "link.csv")).LinkTarget);
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task An_export_whose_output_is_not_read_can_be_interrupted()
    {
        // More data than the buffers between the database and the pipe hold.
        await _database.ExecuteAsync(
            """
            INSERT INTO user_groups (id, description)
            SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, repeat('x', 4000) FROM generate_series(1, 8000)
            """);
        using var program = Start("export", "--format", "ndjson");
        await MustRunAsync("wait_event = 'ClientWrite' AND query LIKE 'SELECT g.id%'");

        await program.InterruptAsync();

        Assert.Equal(130, await program.WaitForExitAsync());
        Assert.EndsWith(
            "Interrupted: the output is incomplete.", (await program.ReadErrorAsync()).Trim(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.ndjson --excel-safe", 2, "--excel-safe needs CSV")]
    [InlineData("x.csv --format ndjson --excel-safe", 2, "--excel-safe needs CSV")]
    [InlineData("x.csv --format xml", 2, "--format: xml is neither csv nor ndjson.")]
    [InlineData("x.csv --format xml --excel-safe", 2, "--format: xml is neither csv nor ndjson.")]
    [InlineData("x.csv --format --force", 2, "--format: --force is neither csv nor ndjson.")]
    [InlineData("x.csv --excel-safe --format", 2, "argument missing for option: '--format'")]
    [InlineData("x.csv --excel-safe --format csv --format csv", 2, "'--format' expects a single argument")]
    [InlineData("x.csv --excel-safe true --excel-safe true", 2, "'--excel-safe' expects a single argument")]
    [InlineData("x.csv y.csv", 2, "y.csv is not understood")]
    [InlineData("nowhere/x.csv", 1, "There is no folder")]
    [InlineData("../export-none/../x/y.csv", 1, "There is no folder")]
    public async Task A_failed_export_says_why_and_leaves_no_file(string words, int exitCode, string explanation)
    {
        var all = words.Split(' ');
        var run = await ExportAsync(all[0], all[1..]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(explanation, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task An_empty_file_name_is_refused()
    {
        var run = await RunAsync(["export", ""]);

        Assert.Equal((1, "", "The name of the file is empty: nothing was exported."), (run.ExitCode, run.Output, run.Error.Trim()));
    }

    [Theory]
    [InlineData(true, 130, "Interrupted: nothing was exported.")]
    [InlineData(false, 1, "nothing was exported.")]
    public async Task An_export_that_breaks_off_leaves_no_file(bool byOperator, int exitCode, string explanation)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("LOCK TABLE users IN ACCESS EXCLUSIVE MODE", connection);
        await hold.ExecuteNonQueryAsync();
        using var program = Start("export", Path.Combine(_folder, "all.ndjson"));
        const string Waiting = "wait_event_type = 'Lock' AND query LIKE 'SELECT u.id%'";
        await MustRunAsync(Waiting);

        Assert.EndsWith(".part", Assert.Single(Directory.GetFiles(_folder)), StringComparison.Ordinal);
        Assert.StartsWith("Writing", await program.ReadErrorLineAsync(), StringComparison.Ordinal);
        if (byOperator)
        {
            await program.InterruptAsync();
        }
        else
        {
            await _database.ExecuteAsync($"SELECT pg_terminate_backend(pid) {ActivityThat(Waiting)}");
        }

        var error = await program.ReadErrorAsync();

        Assert.Equal(exitCode, await program.WaitForExitAsync());
        Assert.EndsWith(explanation, error.Trim(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private static string ActivityThat(string condition) =>
        $"FROM pg_stat_activity WHERE datname = current_database() AND {condition}";

    // The limit includes the start of the program.
    private Task MustRunAsync(string condition) => Eventually.BeAsync(
        async () => await _database.ExecuteAsync($"SELECT count(*) {ActivityThat(condition)}") is not 0L, TimeLimit.OfWait, condition);

    private RunningProgram Start(params string[] words) =>
        RunningProgram.Start(words, ("ConnectionStrings__Workspace", _database.ConnectionString));

    private Task<ProgramRun> ExportAsync(string name, params string[] options) =>
        RunAsync(["export", Path.Combine(_folder, name), .. options]);

    private Task<ProgramRun> RunAsync(string[] words) =>
        ProgramRun.OfAsync(words, ("ConnectionStrings__Workspace", _database.ConnectionString));

    // Returns the text without the byte order mark.
    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(_folder, name));
}

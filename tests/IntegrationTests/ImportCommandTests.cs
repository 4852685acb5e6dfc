using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests;

/// <summary>The command <c>import</c> as an operator gives it.</summary>
public sealed class ImportCommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("workspace-import-").FullName;

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_is_imported_and_summed_up()
    {
        var run = await ImportAsync("email,user_groups\nada@example.org,Poets\nalan@example.org,\n", "--create-groups");

        Assert.True(run.ExitCode == 0, $"{run}");
        Assert.Contains("users   2 created, 0 updated, 0 unchanged", run.Output, StringComparison.Ordinal);
        Assert.Contains("groups  1 created", run.Output, StringComparison.Ordinal);
        // How far it is, in plain lines, as this is no terminal.
        Assert.Contains("Reading", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output + run.Error);
        await _database.MustCountRightAsync();
        Assert.Equal("2 users, command-line import", await _database.ExecuteAsync(
            "SELECT count(*) || ' users, ' || min(actor || ' ' || operation) FROM users JOIN audit_entries ON resource_id = users.id"));
    }

    [Fact]
    public async Task Rows_that_are_refused_are_shown_and_written_to_a_file_and_keep_all_from_being_applied()
    {
        var rows = string.Concat(Enumerable.Range(0, 60).Select(i => $"nobody{i},Last\n"));
        var rejects = Path.Combine(_folder, "rejects.ndjson");

        var run = await ImportAsync($"email,last_name\nada@example.org,Lovelace\n{rows}", "--rejects", rejects);

        Assert.True(run.ExitCode == 1, $"{run}");
        Assert.Matches(@"(?m)^\s+3\s+email\s+invalid_email\s+Must be", run.Output);
        Assert.DoesNotMatch(@"(?m)^\s+53\s+email", run.Output);
        Assert.Contains("and 10 more", run.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", run.Output, StringComparison.Ordinal);
        var written = (await File.ReadAllLinesAsync(rejects)).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(Enumerable.Range(3, 60), written.Select(fault => (int)fault["line"]!));
        Assert.All(written, fault => Assert.Equal(("email", "invalid_email"), ((string?)fault["column"], (string?)fault["code"])));
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Theory]
    [InlineData("--partial", 0, 1L)]
    [InlineData("--dry-run", 1, 0L)]
    public async Task The_good_rows_are_applied_only_where_that_is_asked_for(string option, int exitCode, long users)
    {
        var run = await ImportAsync("email\nada@example.org\nnobody\n", option);

        Assert.True(run.ExitCode == exitCode, $"{run}");
        Assert.Contains("rows    1 refused", run.Output, StringComparison.Ordinal);
        Assert.Equal(users, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task The_format_is_that_of_the_name_or_the_one_that_is_asked_for()
    {
        const string Line = """{"email": "ada@example.org"}""";

        Assert.Equal(0, (await ImportAsync(Line, "users.jsonl", [])).ExitCode);
        Assert.Equal(0, (await ImportAsync(Line, "users.txt", ["--format", "ndjson"])).ExitCode);
        Assert.Equal(1, (await ImportAsync(Line, "users.txt", [])).ExitCode);
    }

    [Fact]
    public async Task A_file_may_come_by_the_standard_input()
    {
        using var process = Start(["import", "-"]);
        await process.StandardInput.WriteAsync("email\nada@example.org\n");
        process.StandardInput.Close();

        Assert.Contains("users   1 created", await process.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_file_that_the_standard_input_comes_from_is_not_written_to()
    {
        const string Rows = "email\nada@example.org\nnobody\n";
        var file = await WriteAsync("users.csv", Rows);
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, file);
        var other = await WriteAsync("rejects", new string('x', 1000));

        Assert.Contains("The standard input comes from this file.", (await RejectAsync(file)).Error, StringComparison.Ordinal);
        Assert.Contains("The standard input comes from this file.", (await RejectAsync(link)).Error, StringComparison.Ordinal);
        Assert.Equal(Rows, await File.ReadAllTextAsync(file));
        Assert.Contains("rows    1 refused", (await RejectAsync(other)).Output, StringComparison.Ordinal);
        Assert.Equal("invalid_email", (string?)JsonNode.Parse(await File.ReadAllTextAsync(other))!["code"]);

        // Only a shell gives a program a file for its standard input.
        Task<ProgramRun> RejectAsync(string rejects) => ProgramRun.OfAsync(
            "sh", ["-c", "exec dotnet \"$0\" import - --rejects \"$1\" < \"$2\"", typeof(Program).Assembly.Location, rejects, file],
            ("ConnectionStrings__Workspace", _database.ConnectionString));
    }

    [Fact]
    public async Task What_cannot_be_opened_or_read_is_said_in_a_sentence()
    {
        await MustFailAsync(["import", Path.Combine(_folder, "none.csv")], "There is no file");
        await MustFailAsync(["import", _folder], "is a folder.");
        await MustFailAsync(["import", ""], "The name of the file is empty.\n");
        var file = await WriteAsync("users.csv", "email\nada@example.org\n");
        await MustFailAsync(["import", file, "--rejects", ""], "The name of the file is empty.\n");
        await MustFailAsync(["import", file, "--rejects", Path.Combine(_folder, "none", "rejects")], "There is no folder");
        await MustFailAsync(["import", file, "--rejects", file], "cannot be opened");
        Assert.Equal("email\nada@example.org\n", await File.ReadAllTextAsync(file));
        await MustFailAsync(["import", await WriteAsync("bad.csv", "email\n\"ada@example.org\n")], "Line 2: ");
        await MustFailAsync(["import", await WriteAsync("worse.csv", "\u001b[31m\n")], "Unknown column");
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Theory]
    [InlineData("import", 2)]
    [InlineData("import users.csv --format xml", 2)]
    [InlineData("import users.csv --format --dry-run", 2)]
    [InlineData("import users.csv --rejects --dry-run", 2)]
    [InlineData("import --dry", 2)]
    [InlineData("export --dry", 2)]
    [InlineData("export --exel-safe", 2)]
    [InlineData("import users.csv more.csv", 2)]
    public async Task What_is_not_understood_does_nothing(string words, int exitCode) =>
        Assert.Equal(exitCode, (await RunAsync(words.Split(' '))).ExitCode);

    [Fact]
    public async Task Help_ends_with_examples()
    {
        var help = await RunAsync(["help", "import"]);

        Assert.Equal(0, help.ExitCode);
        Assert.Matches(@"(?s)--rejects.*Examples:.*import users\.csv --dry-run", help.Output);
    }

    [Fact]
    public async Task An_interrupt_takes_back_what_was_applied()
    {
        await RunAsync(["migrate"]);
        // Holds up the import where it changes what is there, within its transaction.
        await _database.ExecuteAsync("INSERT INTO users (id, email, folded_email, role) VALUES ('019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071', 'ada@example.org', 'ada@example.org', 'viewer')");
        await using var other = new NpgsqlConnection(_database.ConnectionString);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("SELECT 1 FROM users FOR UPDATE", other, transaction);
        await hold.ExecuteNonQueryAsync();
        using var process = Start(["import", await WriteAsync("users.csv", "email,role\nalan@example.org,guest\nada@example.org,admin\n")]);
        await UntilAsync("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())");

        using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);

        Assert.EndsWith("Interrupted: nothing was changed.\n", await process.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
        await transaction.RollbackAsync();
        await _database.MustCountRightAsync();
        Assert.Equal("ada@example.org viewer", await _database.ExecuteAsync("SELECT string_agg(email || ' ' || role, ', ') FROM users"));
    }

    [Fact]
    public async Task A_database_that_goes_away_is_said_once_and_nothing_is_applied()
    {
        await RunAsync(["migrate"]);
        using var process = Start(["import", "-"]);
        await process.StandardInput.WriteAsync("email\nada@example.org\n");
        await process.StandardInput.FlushAsync();
        await UntilAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");

        await _database.ExecuteAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await process.StandardInput.WriteAsync("alan@example.org\n");
        process.StandardInput.Close();

        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
        Assert.EndsWith("nothing was changed.\n", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n'), line => line.Contains("database", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task A_database_that_goes_away_as_it_commits_leaves_open_what_was_done()
    {
        await RunAsync(["migrate"]);
        await _database.ExecuteAsync(
            """
            CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER tr_leave AFTER INSERT ON audit_entries DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (NEW.resource = 'imports') EXECUTE FUNCTION leave();
            """);

        var run = await ImportAsync("email\nada@example.org\n");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Check the audit: it has an entry if the import was applied", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing was changed", run.Error, StringComparison.Ordinal);
    }

    private async Task MustFailAsync(string[] words, string explanation)
    {
        var run = await RunAsync(words);

        Assert.True(run.ExitCode == 1, $"{run}");
        Assert.Contains(explanation, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
        Assert.Empty(run.Output);
    }

    private Task<ProgramRun> ImportAsync(string content, params string[] options) => ImportAsync(content, "users.csv", options);

    private async Task<ProgramRun> ImportAsync(string content, string name, string[] options) =>
        await RunAsync(["import", await WriteAsync(name, content), .. options]);

    private async Task<string> WriteAsync(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, content);
        return path;
    }

    private Task<ProgramRun> RunAsync(string[] words) => ProgramRun.OfAsync(words, ("ConnectionStrings__Workspace", _database.ConnectionString));

    private Process Start(string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ConnectionStrings__Workspace"] = _database.ConnectionString;
        return Process.Start(start)!;
    }

    private async Task UntilAsync(string count)
    {
        for (var attempt = 0; (long)(await _database.ExecuteAsync(count))! == 0; attempt++)
        {
            Assert.True(attempt < 300, count);
            await Task.Delay(100);
        }
    }
}

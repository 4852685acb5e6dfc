using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Commands;

/// <summary>The command <c>import</c> as an operator runs it.</summary>
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
    public async Task A_file_is_imported_and_the_program_prints_a_summary()
    {
        var run = await ImportAsync("email,user_groups\nada@example.org,Poets\nalan@example.org,\n", "--create-groups");

        Assert.True(run.ExitCode == 0, $"{run}");
        Assert.Contains("users   2 created, 0 updated, 0 unchanged", run.Output, StringComparison.Ordinal);
        Assert.Contains("groups  1 created", run.Output, StringComparison.Ordinal);
        // Without a terminal the progress is plain lines.
        Assert.Contains("Reading", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output + run.Error);
        await _database.MustCountRightAsync();
        Assert.Equal("2 users, command-line import", await _database.ExecuteAsync(
            "SELECT count(*) || ' users, ' || min(actor || ' ' || operation) FROM users JOIN audit_entries ON resource_id = users.id"));
    }

    [Fact]
    public async Task Refused_rows_are_shown_in_groups_and_written_to_a_file_and_nothing_is_applied()
    {
        var rows = string.Concat(Enumerable.Range(0, 60).Select(i => $"nobody{i},Last\n"));
        var rejects = Path.Combine(_folder, "rejects.ndjson");

        var run = await ImportAsync($"email,last_name\nada@example.org,Lovelace\n{rows}", "--rejects", rejects);

        Assert.True(run.ExitCode == 1, $"{run}");
        Assert.Matches(@"(?m)^\s+60\s+email\s+invalid_email\s+3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …\s+Must be", run.Output);
        Assert.Contains("60 faults; each is in the file of --rejects", run.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", run.Output, StringComparison.Ordinal);
        var written = (await File.ReadAllLinesAsync(rejects)).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(Enumerable.Range(3, 60), written.Select(fault => (int)fault["line"]!));
        Assert.All(written, fault => Assert.Equal(("email", "invalid_email"), ((string?)fault["column"], (string?)fault["code"])));
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task A_few_faults_are_shown_one_by_one()
    {
        var rows = string.Concat(Enumerable.Range(0, 49).Select(i => $"x{i}@example.org,Board\n"));

        var run = await ImportAsync($"email,user_groups\n,\nnobody,\n{rows}");

        Assert.True(run.ExitCode == 1, $"{run}");
        Assert.Matches(@"(?m)^\s+3\s+email\s+invalid_email\s+Must be", run.Output);
        Assert.Matches(@"(?m)^\s+4\s+user_groups\s+unknown_user_group\s+The group ""Board"" does not exist\.", run.Output);
        Assert.Contains("rows    50 refused, 0 merged, 1 blank", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_can_be_mapped_and_ignored()
    {
        var file = await WriteAsync("staff.csv", "Work Email;First Name;Job Title\nada@example.org;Ada;Analyst\n");

        await MustFailAsync(["import", file], "Unknown columns: \"Work Email\", \"Job Title\".");
        await MustFailAsync(["import", file, "--ignore-other-columns"], "The column email is missing.");
        await MustFailAsync(["import", file, "--columns", "Mail=email;*="], "\"Mail\". Its columns: \"Work Email\"");
        Assert.Equal(0, (await RunAsync(["import", file, "--columns", "Work Email=email", "--ignore-other-columns"])).ExitCode);
        var again = await RunAsync(["import", file, "--columns=Work Email=email;*="]);
        Assert.Contains("users   0 created, 0 updated, 1 unchanged", again.Output, StringComparison.Ordinal);
        Assert.Equal("ada@example.org Ada", await _database.ExecuteAsync("SELECT email || ' ' || first_name FROM users"));
    }

    [Theory]
    [InlineData("users.csv", "Work Email", "The entry \"Work Email\" has no =.")]
    [InlineData("users.csv", "A=email;B=email", "The columns \"A\" and \"B\" are both mapped to email.")]
    [InlineData("users.csv", "", "The value has no entry.")]
    [InlineData("users.ndjson", "A=email", "--columns needs CSV.")]
    public async Task A_wrong_map_of_columns_is_explained(string file, string map, string explanation)
    {
        var run = await RunAsync(["import", file, "--columns", map]);

        Assert.True(run.ExitCode == 2, $"{run}");
        Assert.Contains(explanation, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_without_an_address_are_counted_in_a_warning()
    {
        const string Warning = "Warning: 2 rows have no e-mail address. Each import of this file creates a new user for each such row.";
        const string File = "email,first_name\nada@example.org,Ada\n,Grace\n,Alan\n";

        Assert.Contains(Warning, (await ImportAsync(File, "--dry-run")).Output, StringComparison.Ordinal);
        Assert.Contains(Warning, (await ImportAsync(File)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", (await ImportAsync("email\nada@example.org\n")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--partial", 0, 1L)]
    [InlineData("--dry-run", 1, 0L)]
    public async Task Good_rows_beside_refused_ones_are_applied_only_on_request(string option, int exitCode, long users)
    {
        var run = await ImportAsync("email\nada@example.org\nnobody\n", option);

        Assert.True(run.ExitCode == exitCode, $"{run}");
        Assert.Contains("rows    1 refused", run.Output, StringComparison.Ordinal);
        Assert.Equal(users, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task Memberships_are_counted_and_can_be_added()
    {
        await ImportAsync("email,user_groups\nada@example.org,Poets\n", "--create-groups");

        var dryRun = await ImportAsync("email,user_groups\nada@example.org,\n", "--dry-run");
        var added = await ImportAsync("email,user_groups\nada@example.org,Analysts\n", "--create-groups", "--user-groups", "add");
        var replaced = await ImportAsync("email,user_groups\nada@example.org,Analysts\n", "--user-groups", "replace");

        Assert.Contains("members 0 to add, 1 to remove\n", dryRun.Output, StringComparison.Ordinal);
        Assert.Contains("members 1 added, 0 removed\n", added.Output, StringComparison.Ordinal);
        Assert.Contains("members 0 added, 1 removed\n", replaced.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_one_user_can_be_merged()
    {
        var run = await ImportAsync(
            "email,user_groups\nada@example.org,Poets\nada@example.org,Analysts\n", "--create-groups", "--merge-rows");

        Assert.True(run.ExitCode == 0, $"{run}");
        Assert.Contains("rows    0 refused, 1 merged, 0 blank\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(2L, await _database.ExecuteAsync("SELECT count(*) FROM memberships"));
    }

    [Fact]
    public async Task The_users_of_a_file_can_be_deleted()
    {
        await ImportAsync("email\nada@example.org\nalan@example.org\n");

        var dryRun = await ImportAsync("email\nada@example.org\n", "--delete", "--dry-run");
        var refused = await ImportAsync("email\nada@example.org\nnobody@example.org\n", "--delete");
        Assert.Equal(2L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
        var deleted = await ImportAsync("email\nada@example.org\nnobody@example.org\n", "--delete", "--partial");

        Assert.Contains("1 to delete\n", dryRun.Output, StringComparison.Ordinal);
        Assert.True(refused.ExitCode == 1, $"{refused}");
        Assert.Matches(@"(?m)^\s+3\s+email\s+unknown_user", refused.Output);
        Assert.Contains("1 deleted\n", deleted.Output, StringComparison.Ordinal);
        Assert.Equal("alan@example.org", await _database.ExecuteAsync("SELECT string_agg(email, ' ') FROM users"));
        Assert.Equal(2L, await _database.ExecuteAsync("SELECT count(*) FROM audit_entries WHERE operation = 'import --delete'"));
    }

    [Fact]
    public async Task The_format_follows_from_the_file_name_or_the_option()
    {
        const string Line = """{"email": "ada@example.org"}""";

        Assert.Equal(0, (await ImportAsync(Line, "users.jsonl", [])).ExitCode);
        Assert.Equal(0, (await ImportAsync(Line, "users.txt", ["--format", "ndjson"])).ExitCode);
        Assert.Equal(1, (await ImportAsync(Line, "users.txt", [])).ExitCode);
    }

    [Fact]
    public async Task A_file_can_come_from_the_standard_input()
    {
        using var program = Start("import", "-");
        await program.WriteAsync("email\nada@example.org\n");
        program.CloseInput();

        Assert.Contains("users   1 created", await program.ReadOutputAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await program.WaitForExitAsync());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_rejects_never_go_to_the_file_of_the_standard_input()
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

        // The test itself cannot open a file as the standard input of a program. A shell can.
        Task<ProgramRun> RejectAsync(string rejects) => ProgramRun.OfAsync(
            "sh", ["-c", "exec dotnet \"$0\" import - --rejects \"$1\" < \"$2\"", typeof(Program).Assembly.Location, rejects, file],
            ("ConnectionStrings__Workspace", _database.ConnectionString));
    }

    [Fact]
    public async Task An_unusable_file_is_explained_in_one_sentence()
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
    [InlineData("import users.csv --columns --dry-run", 2)]
    [InlineData("import users.csv --columns a=email --columns b=role", 2)]
    [InlineData("import users.ndjson --ignore-other-columns", 2)]
    [InlineData("import --dry", 2)]
    [InlineData("import users.csv --user-groups keep", 2)]
    [InlineData("import users.csv --delete --create-groups", 2)]
    [InlineData("import users.csv --delete --user-groups replace", 2)]
    [InlineData("import users.csv --user-groups --dry-run", 2)]
    [InlineData("export --dry", 2)]
    [InlineData("export --exel-safe", 2)]
    [InlineData("import users.csv more.csv", 2)]
    public async Task An_unknown_argument_is_refused(string words, int exitCode) =>
        Assert.Equal(exitCode, (await RunAsync(words.Split(' '))).ExitCode);

    [Fact]
    public async Task Help_ends_with_examples()
    {
        var help = await RunAsync(["help", "import"]);

        Assert.Equal(0, help.ExitCode);
        Assert.Matches(@"(?s)--rejects.*Examples:.*import users\.csv --dry-run", help.Output);
    }

    [Fact]
    public async Task An_interrupt_rolls_the_import_back()
    {
        await RunAsync(["migrate"]);
        await _database.ExecuteAsync(
            """
            INSERT INTO users (id, email, folded_email, role)
            VALUES ('019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071', 'ada@example.org', 'ada@example.org', 'viewer')
            """);
        // The lock stops the import in its transaction, where it changes the existing user.
        await using var other = new NpgsqlConnection(_database.ConnectionString);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("SELECT 1 FROM users FOR UPDATE", other, transaction);
        await hold.ExecuteNonQueryAsync();
        using var program = Start(
            "import", await WriteAsync("users.csv", "email,role\nalan@example.org,guest\nada@example.org,admin\n"));
        await UntilAsync(
            """
            SELECT count(*) FROM pg_locks
            WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())
            """);

        await program.InterruptAsync();

        Assert.EndsWith("Interrupted: nothing was changed.\n", await program.ReadErrorAsync(), StringComparison.Ordinal);
        Assert.Equal(130, await program.WaitForExitAsync());
        await transaction.RollbackAsync();
        await _database.MustCountRightAsync();
        Assert.Equal("ada@example.org viewer", await _database.ExecuteAsync("SELECT string_agg(email || ' ' || role, ', ') FROM users"));
    }

    [Fact]
    public async Task A_lost_database_is_reported_once_and_nothing_is_applied()
    {
        await RunAsync(["migrate"]);
        using var program = Start("import", "-");
        await program.WriteAsync("email\nada@example.org\n");
        await UntilAsync(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1 AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """);

        await _database.ExecuteAsync(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """);
        await program.WriteAsync("alan@example.org\n");
        program.CloseInput();

        var error = await program.ReadErrorAsync();
        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.EndsWith("nothing was changed.\n", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n'), line => line.Contains("database", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task A_database_lost_during_the_commit_leaves_the_outcome_open()
    {
        await RunAsync(["migrate"]);
        await _database.ExecuteAsync(
            """
            CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
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

    private Task<ProgramRun> RunAsync(string[] words) =>
        ProgramRun.OfAsync(words, ("ConnectionStrings__Workspace", _database.ConnectionString));

    private RunningProgram Start(params string[] words) =>
        RunningProgram.Start(words, ("ConnectionStrings__Workspace", _database.ConnectionString));

    // The limit includes the start of the program.
    private Task UntilAsync(string count) =>
        Eventually.BeAsync(async () => await _database.ExecuteAsync(count) is not 0L, TimeLimit.OfWait, count);
}

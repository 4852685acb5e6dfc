using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;

namespace CleanWorkspace.OperationsTests;

/// <summary>Backups and restores by the scripts of deploy/backup, between two servers.</summary>
public sealed class RestoreTests : IAsyncLifetime
{
    private const string NotEmpty =
        "Nothing was restored: the database is not empty. Stop the service, create an empty database, and restore into that.";

    // The text as it is, without escapes.
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _folder = Directory.CreateTempSubdirectory("workspace-restore-").FullName;
    private readonly List<IDisposable> _guards = [];
    private PrivatePostgresServer _source = null!;

    private string Archive => Path.Combine(_folder, "archive");

    public async Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            // The account of the servers must enter it.
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
            Directory.CreateDirectory(Archive);
            File.SetUnixFileMode(Archive, (UnixFileMode)0b111_111_111);
        }

        _source = await StartAsync("source");
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        _guards.ForEach(guard => guard.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Drill("pg_dump", "pg_restore", "psql")]
    public async Task A_dump_is_restored_into_an_empty_server_by_another_owner()
    {
        var dump = Path.Combine(_folder, "workspace.dump");
        var (before, token) = await FillAsync(_source.ConnectionString);
        Assert.Equal((0, ""), await Deploy.RunAsync("backup/backup.sh", [], Deploy.VariablesOf(_source.ConnectionString), output: dump));

        await using var target = await StartAsync("target");
        await TestDatabase.ExecuteAsync(target.ConnectionString, "CREATE ROLE restorer LOGIN PASSWORD 'restorer'");
        await TestDatabase.ExecuteAsync(target.ConnectionString, "CREATE DATABASE restored OWNER restorer TEMPLATE template0");
        var restored = new NpgsqlConnectionStringBuilder(target.ConnectionString)
        {
            Username = "restorer",
            Password = "restorer",
            Database = "restored",
        }.ConnectionString;
        Assert.Equal((0, ""), await Deploy.RunAsync("backup/restore.sh", [], Deploy.VariablesOf(restored), input: dump));

        var log = Path.Combine(_folder, "log.txt");
        await using var service = await TestService.StartAsync(
            restored,
            ("Serilog:MinimumLevel:Default", "Warning"),
            ("Serilog:WriteTo:0:Name", "File"),
            ("Serilog:WriteTo:0:Args:path", log),
            ("Serilog:WriteTo:0:Args:shared", "true"));
        Assert.Equal(before, await DescribeAsync(service));
        await MustWorkAsync(service, token);
        var again = await Deploy.RunAsync("backup/restore.sh", [], Deploy.VariablesOf(restored), input: dump);
        Assert.Equal((1, $"{NotEmpty}\n"), again);

        // An operator forces the older state under the running service.
        token = await TokenAfterAsync(service, "New");
        await TestDatabase.ExecuteAsync(target.ConnectionString, "DROP DATABASE restored WITH (FORCE)");
        await TestDatabase.ExecuteAsync(target.ConnectionString, "CREATE DATABASE restored OWNER restorer TEMPLATE template0");
        Assert.Equal((0, ""), await Deploy.RunAsync("backup/restore.sh", [], Deploy.VariablesOf(restored), input: dump));
        await Eventually.BeAsync(
            async () =>
            {
                using var ready = await service.Client.GetAsync("/healthz/ready");
                return ready.IsSuccessStatusCode;
            },
            TimeLimit.OfWait);
        Assert.Equal(before, await DescribeAsync(service));
        await MustWorkAsync(service, token);
        Assert.Contains("The database was restored from a backup", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    [Drill("pg_basebackup")]
    public async Task An_archive_is_restored_up_to_a_time()
    {
        var script = Path.Combine(Archive, "archive.sh");
        File.Copy(Deploy.PathOf("backup/archive.sh"), script);
        await TestDatabase.ExecuteAsync(_source.ConnectionString, "ALTER SYSTEM SET archive_mode = on");
        await TestDatabase.ExecuteAsync(_source.ConnectionString, $"ALTER SYSTEM SET archive_command = '{script} %p {Archive}/%f'");
        await _source.DisposeAsync();
        _source = await PrivatePostgresServer.StartAsync(_source.DataDirectory);
        var backup = Path.Combine(_folder, "base");
        await Deploy.MustRunAsync(
            "pg_basebackup", ["--pgdata", backup, "--checkpoint=fast", "--wal-method=none"], Deploy.VariablesOf(_source.ConnectionString));

        var (before, _) = await FillAsync(_source.ConnectionString);
        var time = (DateTime)(await TestDatabase.ExecuteAsync(_source.ConnectionString, "SELECT clock_timestamp()"))!;
        string token;
        await using (var service = await TestService.StartAsync(_source.ConnectionString))
        {
            using var late = await service.Client.PostAsJsonAsync("/user", new { first_name = "Late" });
            token = await TokenAfterAsync(service, "Late");
        }

        var part = (string)(await TestDatabase.ExecuteAsync(_source.ConnectionString, "SELECT pg_walfile_name(pg_switch_wal())"))!;
        await Eventually.BeAsync(
            () => Task.FromResult(File.Exists(Path.Combine(Archive, part))), TimeLimit.OfWait, "The log is not archived.");
        await _source.DisposeAsync();

        var data = Path.Combine(_folder, "target");
        var cluster = Path.Combine(data, "cluster");
        string[] arguments = [backup, Archive, cluster, $"{time:yyyy-MM-dd HH:mm:ss.ffffff}+00"];
        Assert.Equal((0, ""), await Deploy.RunAsync("backup/restore-archive.sh", arguments, []));
        var again = await Deploy.RunAsync("backup/restore-archive.sh", arguments, []);
        Assert.Equal((1, $"Nothing was restored: the folder {cluster} is not empty.\n"), again);

        await Deploy.AdoptClusterAsync(_source.DataDirectory, data);
        await using var target = await StartAsync("target");
        await Eventually.BeAsync(
            async () => !(bool)(await TestDatabase.ExecuteAsync(target.ConnectionString, "SELECT pg_is_in_recovery()"))!, TimeLimit.OfWait);
        await using var restored = await TestService.StartAsync(target.ConnectionString);
        Assert.Equal(before, await DescribeAsync(restored));
        await MustWorkAsync(restored, token);
    }

    private async Task<PrivatePostgresServer> StartAsync(string name)
    {
        var folder = Path.Combine(_folder, name);
        _guards.Add(KillGuard.OfServer(folder));
        return await PrivatePostgresServer.StartAsync(folder);
    }

    // Fills the directory through the service. Returns its content and the token after it.
    private static async Task<(string Content, string Token)> FillAsync(string connectionString)
    {
        await using var service = await TestService.StartAsync(connectionString);
        var file = string.Join('\n', Enumerable.Range(0, 500).Select(row => $"person{row}@example.org,Name{row},Group {row % 7}"));
        using var import = await service.Client.PostAsync(
            "/user/import?create_groups=true", new StringContent($"email,first_name,user_groups\n{file}\n", null, "text/csv"));
        Assert.Equal(200, (int)import.StatusCode);
        using var created = await service.Client.PostAsJsonAsync("/user", new { first_name = "Łukasz", last_name = "東京" });
        return (await DescribeAsync(service), await TokenAfterAsync(service, "Łukasz"));
    }

    // The files of both nouns, counters, a search and the audit.
    private static async Task<string> DescribeAsync(TestService service)
    {
        string[] paths =
        [
            "/user/export?format=csv", "/user?q=lukasz&sort=created_at", "/user?q=name49&sort=created_at",
            "/auth/group?sort=name", "/auth/audit?page_size=100",
        ];
        var texts = new List<string>();
        foreach (var path in paths)
        {
            using var answer = await service.Client.GetAsync(path);
            Assert.True(answer.IsSuccessStatusCode, $"{path} {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            texts.Add($"{path}\n{WithoutLinks(await answer.Content.ReadAsStringAsync())}");
        }

        return string.Join('\n', texts);
    }

    // Links have the address of the service.
    private static string WithoutLinks(string text)
    {
        if (!text.StartsWith('{'))
        {
            return text;
        }

        var json = JsonNode.Parse(text)!.AsObject();
        json.Remove("links");
        return json.ToJsonString();
    }

    private static async Task<string> TokenAfterAsync(TestService service, string name)
    {
        string? token = null;
        var isSeen = false;
        await Eventually.BeAsync(
            async () =>
            {
                var page = JsonNode.Parse(await service.Client.GetStringAsync(
                    $"/events?limit=1000&wait=1{(token is null ? "" : $"&after={token}")}"))!;
                token = (string)page["next"]!;
                isSeen |= page["results"]!.ToJsonString(Unescaped).Contains(name, StringComparison.Ordinal);
                return isSeen;
            },
            TimeLimit.OfWait);
        return token!;
    }

    // Writes, counts and events work, and a token of the lost history is refused.
    private static async Task MustWorkAsync(TestService service, string lostToken)
    {
        var count = await CountAsync(service);
        using var created = await service.Client.PostAsJsonAsync("/user", new { first_name = "New" });
        Assert.Equal(201, (int)created.StatusCode);
        Assert.Equal(count + 1, await CountAsync(service));
        await TokenAfterAsync(service, "New");
        using var gone = await service.Client.GetAsync($"/events?after={lostToken}");
        Assert.Equal(410, (int)gone.StatusCode);
        Assert.Equal("epoch_changed", (string)JsonNode.Parse(await gone.Content.ReadAsStringAsync())!["code"]!);
    }

    private static async Task<int> CountAsync(TestService service) =>
        (int)JsonNode.Parse(await service.Client.GetStringAsync("/user?page_size=1"))!["count"]!;
}

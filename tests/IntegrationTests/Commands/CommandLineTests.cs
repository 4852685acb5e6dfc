using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Commands;

/// <summary>The program as an operator starts it: a process with arguments, settings, output and an exit code.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Help_names_the_commands()
    {
        var run = await ProgramRun.OfAsync(["help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("migrate", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_is_refused_and_starts_nothing()
    {
        var run = await ProgramRun.OfAsync(["mirgate"], ("ConnectionStrings__Workspace", _database.ConnectionString));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("There is no command mirgate.", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_creates_the_schema_and_ends()
    {
        var run = await ProgramRun.OfAsync(
            ["migrate", "--AnySetting=1"],
            ("ConnectionStrings__Workspace", _database.ConnectionString),
            ("Database__MigrateOnStart", "false"));

        Assert.True(run.ExitCode == 0, $"{run}");
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task Migrate_names_a_missing_extension_and_how_to_get_it()
    {
        await _database.ExecuteAsync("CREATE SCHEMA elsewhere; CREATE EXTENSION pg_trgm SCHEMA elsewhere");

        var run = await ProgramRun.OfAsync(["migrate"], ("ConnectionStrings__Workspace", _database.ConnectionString));

        Assert.Equal(1, run.ExitCode);
        const string Advice = "Move them by ALTER EXTENSION ... SET SCHEMA public, then start again.";
        Assert.EndsWith(Advice, run.Error.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_key_can_be_created_on_an_empty_database_and_works()
    {
        var created = await KeysAsync("create", "--name", "@ops", "--role", "admin", "--expires", "2999-01-31T12:00:00Z");

        Assert.True(created.ExitCode == 0, $"{created}");
        Assert.Matches(@"\Acwk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}\r?\n\z", created.Output);
        Assert.Contains("for @ops, role admin, expires: 2999-01-31T12:00:00Z", created.Error, StringComparison.Ordinal);
        await using var service = await TestService.StartAsync(_database.ConnectionString, ("Authentication:Required", "true"));
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", created.Output.Trim());
        using var answer = await service.Client.GetAsync(new Uri("/auth/key", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Keys_are_listed_without_tokens_and_revoked_by_id()
    {
        var token = (await KeysAsync("create", "--name", "ops", "--role", "viewer")).Output.Trim();
        var id = Guid.ParseExact(token.Split('_')[1], "N");

        var listed = await KeysAsync("list");
        var revoked = await KeysAsync("revoke", $"{id}");
        var again = await KeysAsync("revoke", $"{id}");

        Assert.Equal(0, listed.ExitCode);
        Assert.Matches($@"{id}  viewer  \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ  never\s+never\s+ops", listed.Output);
        Assert.DoesNotContain(token.Split('_', 3)[2], listed.Output + listed.Error, StringComparison.Ordinal);
        Assert.Equal(0, revoked.ExitCode);
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM api_keys"));
        Assert.Equal(1, again.ExitCode);
        Assert.Contains($"There is no API key {id}.", again.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create", 2, "'--name' is required")]
    [InlineData("create --name ops --role owner", 1, "--role: Must be one of admin, editor, viewer, guest.")]
    [InlineData("create --name ops --role admin --expires tomorrow", 1, "--expires: Must be a time")]
    [InlineData("create --name ops --role admin --expires 2020-01-31T12:00:00Z", 2, "--expires: 2020-01-31T12:00:00Z is over already.")]
    [InlineData(
        "create --name payroll import --role viewer --expire 2999-01-31T12:00:00Z",
        2,
        "import --expire 2999-01-31T12:00:00Z is not understood")]
    [InlineData("create --role admin --name --help", 2, "--help stands where a value should")]
    [InlineData("create --name --expires --role viewer", 2, "--expires stands where a value should")]
    [InlineData("create --name=-- --role owner", 1, "--role: Must be one of admin, editor, viewer, guest.")]
    [InlineData("list extra", 2, "extra is not understood")]
    [InlineData("revoke ops", 2, "ops is no key's id")]
    [InlineData(
        "revoke 019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071 019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6072",
        2,
        "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6072 is not understood")]
    [InlineData("", 2, "Required command was not provided")]
    [InlineData("destroy", 2, "destroy is not understood")]
    public async Task A_failed_key_command_says_why(string words, int exitCode, string explanation)
    {
        var run = await KeysAsync(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(explanation, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task A_user_s_data_is_exported_and_the_user_erased()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        var id = (await service.CreateUserAsync()).Id();

        var exported = await UsersAsync("export-data", id, "--actor", "anonymous");
        var erased = await UsersAsync("erase", id);
        var again = await UsersAsync("export-data", id);
        var unknown = await UsersAsync("erase", Bodies.UnknownId);

        Assert.True(exported.ExitCode == 0, $"{exported}");
        Assert.Equal("Ada", (string)JsonNode.Parse(exported.Output)!["user"]!["first_name"]!);
        Assert.True(erased.ExitCode == 0, $"{erased}");
        Assert.Contains($"User {id} is erased.", erased.Error, StringComparison.Ordinal);
        Assert.Contains("users erase", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Ada", again.Output, StringComparison.Ordinal);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Equal($"There is no user {Bodies.UnknownId}.", unknown.Error.Trim());
        Assert.Equal(2, (await UsersAsync("erase", "ada@example.org")).ExitCode);
    }

    [Theory]
    [InlineData("ConnectionStrings__Workspace", "", "No database is configured")]
    [InlineData("ConnectionStrings__Workspace", "Hst=nowhere", "no valid connection string")]
    [InlineData("ConnectionStrings__Workspace", "Host=db;Password=s3cret;s3cret=1", "no valid connection string")]
    [InlineData("ConnectionStrings__Workspace", "Host=db;Password=s3cret;Port=s3cret", "no valid connection string")]
    [InlineData("ConnectionStrings__Workspace", "postgres://u:s3cret@db:s3cret/w?sslmode=s3cret", "no valid connection string")]
    [InlineData("ConnectionStrings__Workspace", "postgres://u:s3cret/s3cret@db/w", "no valid connection string")]
    [InlineData("ConnectionStrings__Workspace", "mysql://u:s3cret@db/w", "no valid connection string")]
    [InlineData("ConnectionStrings__Workspace", "Database=workspace", "names no server")]
    [InlineData("Database__MigrateOnStart", "perhaps", "must be true or false")]
    [InlineData("Database__Pooler", "session", "Database__Pooler must be transaction")]
    [InlineData("Log__ClientAddress", "perhaps", "Log__ClientAddress must be true or false")]
    [InlineData("ASPNETCORE_URLS", "nonsense", "nonsense")]
    [InlineData("ASPNETCORE_URLS", "http://localhost:99999", "A setting cannot be used")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "eighty", "must be port numbers")]
    public async Task An_unusable_setting_is_explained_without_a_stack_trace(string name, string value, string explanation)
    {
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Workspace"] = _database.ConnectionString, [name] = value };

        var run = await ProgramRun.OfAsync([], [.. settings.Select(setting => (setting.Key, setting.Value))]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(explanation, run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_can_be_named_by_its_URL()
    {
        var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        var login = $"{Uri.EscapeDataString(server.Username!)}:{Uri.EscapeDataString(server.Password ?? "")}";

        var run = await ProgramRun.OfAsync(
            ["migrate"],
            ("ConnectionStrings__Workspace", $"postgres://{login}@{server.Host}:{server.Port}/{server.Database}?sslmode=prefer"));

        Assert.True(run.ExitCode == 0, $"{run}");
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task Missing_rights_are_explained_by_the_statement_that_grants_them()
    {
        await _database.ExecuteAsync("CREATE ROLE \"the tenant\" LOGIN PASSWORD 'tenant'");
        try
        {
            await _database.ExecuteAsync(
                "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO \"the tenant\"', current_database()); END $$");
            var tenant = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = "the tenant", Password = "tenant" };

            var refused = await ProgramRun.OfAsync(["migrate"], ("ConnectionStrings__Workspace", tenant.ConnectionString));

            Assert.Equal(1, refused.ExitCode);
            await _database.ExecuteAsync(refused.Error[refused.Error.IndexOf("GRANT", StringComparison.Ordinal)..]);
            var granted = await ProgramRun.OfAsync(["migrate"], ("ConnectionStrings__Workspace", tenant.ConnectionString));
            Assert.True(granted.ExitCode == 0, $"{granted}");
        }
        finally
        {
            await _database.ExecuteAsync("DROP OWNED BY \"the tenant\" CASCADE; DROP ROLE \"the tenant\"");
        }
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
    public async Task The_health_check_succeeds_only_if_a_service_is_ready()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        var address = $"http://{service.Client.BaseAddress!.Authority}";

        Assert.Equal(0, await CheckAsync($"https://localhost:1;{address}"));
        Assert.Equal(1, await CheckAsync("http://127.0.0.1:1"));
        Assert.Equal(1, await CheckAsync("nonsense"));
        Assert.Equal(2, await CheckAsync(address, "--port=1"));

        static async Task<int> CheckAsync(string urls, params string[] options) =>
            (await ProgramRun.OfAsync(["healthcheck", .. options], ("ASPNETCORE_URLS", urls))).ExitCode;
    }

    private Task<ProgramRun> UsersAsync(params string[] words) =>
        ProgramRun.OfAsync(["users", .. words], ("ConnectionStrings__Workspace", _database.ConnectionString));

    private Task<ProgramRun> KeysAsync(params string[] words) =>
        ProgramRun.OfAsync(["keys", .. words], ("ConnectionStrings__Workspace", _database.ConnectionString));
}

using System.Net;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.Schema;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace CleanWorkspace.IntegrationTests.Operations;

public sealed class MigrationTests : IAsyncLifetime
{
    private const string CountTables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Services_that_start_at_the_same_time_apply_each_migration_once()
    {
        var services = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => TestService.StartAsync(_database.ConnectionString)));

        foreach (var service in services)
        {
            using var answer = await service.Client.GetAsync(new Uri("/user", UriKind.Relative));
            Assert.True(answer.IsSuccessStatusCode);
        }

        Assert.Equal(
            (long)InContextOf(services[0], db => db.Database.GetMigrations().Count()),
            await _database.ExecuteAsync("SELECT count(*) FROM \"__EFMigrationsHistory\""));
        await StopAsync(services);
    }

    [Fact]
    public async Task A_running_service_works_with_columns_of_a_later_version()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        // After this number of runs the service has prepared its statements.
        for (var i = 0; i < 5; i++)
        {
            await CreateAsync();
        }

        await _database.ExecuteAsync("ALTER TABLE users ADD COLUMN later text");
        await CreateAsync();

        async Task CreateAsync()
        {
            using var answer = await service.Client.PostAsync(
                new Uri("/user", UriKind.Relative), ServiceFixture.ToContent("""{"first_name":"Ada"}"""));
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_restart_keeps_the_data()
    {
        await using (await TestService.StartAsync(_database.ConnectionString))
        {
            await _database.ExecuteAsync($"INSERT INTO users (id, role) VALUES ('{Bodies.UnknownId}', 'guest')");
        }

        await using var second = await TestService.StartAsync(_database.ConnectionString);

        using var answer = await second.Client.GetAsync(new Uri($"/user/{Bodies.UnknownId}", UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_database_from_before_the_first_release_is_left_untouched()
    {
        await _database.ExecuteAsync(
            """
            CREATE TABLE "__EFMigrationsHistory" (migration_id varchar(150) PRIMARY KEY, product_version varchar(32) NOT NULL);
            INSERT INTO "__EFMigrationsHistory" VALUES ('20261123130057_CreateWorkspace', '10.0.15');
            CREATE TABLE users (id uuid PRIMARY KEY, email text);
            INSERT INTO users VALUES ('01900000-0000-7000-8000-000000000000', 'ada@example.org');
            """);

        var run = await ProgramRun.OfAsync(["migrate"], ("ConnectionStrings__Workspace", _database.ConnectionString));

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(
            "This database was created by a version before the first release. Nothing was changed.", run.Error, StringComparison.Ordinal);
        Assert.Contains("import", run.Error, StringComparison.Ordinal);
        Assert.Equal(2L, await _database.ExecuteAsync(CountTables));
        Assert.Equal(
            "(01900000-0000-7000-8000-000000000000,ada@example.org)",
            await _database.ExecuteAsync("SELECT string_agg(u::text, ' ') FROM users AS u"));
    }

    [Fact]
    public async Task The_schema_scripts_can_run_again()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);

        foreach (var name in SchemaScripts.Names)
        {
            await _database.ExecuteAsync(SchemaScripts.Read(name));
        }

        using var answer = await service.Client.PostAsync(
            new Uri("/user", UriKind.Relative), ServiceFixture.ToContent("""{"first_name":"Ada"}"""));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task A_service_without_migration_on_start_does_not_touch_the_database()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, ("Database:MigrateOnStart", "false"));

        using var answer = await service.Client.GetAsync(new Uri("/healthz/live", UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal(0L, await _database.ExecuteAsync(CountTables));
    }

    [Fact]
    public async Task A_service_is_ready_on_its_own_and_a_later_schema_but_not_on_an_earlier_one()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, ("Serilog:MinimumLevel:Default", "Fatal"));
        Assert.Equal("200 200", await AskAsync());
        await _database.ExecuteAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('29990101000000_Later', '99.0.0')""");
        Assert.Equal("200 200", await AskAsync());

        InContextOf(service, db => db.Database.ExecuteSql(
            $"""DELETE FROM "__EFMigrationsHistory" WHERE migration_id = {db.Database.GetMigrations().Last()}"""));
        Assert.Equal("503 200", await AskAsync());
        await _database.ExecuteAsync("ALTER TABLE users RENAME COLUMN last_name TO surname");
        Assert.Equal("503 503", await AskAsync());
        await _database.ExecuteAsync("ALTER TABLE users RENAME TO people");
        Assert.Equal("503 503", await AskAsync());

        async Task<string> AskAsync()
        {
            using var ready = await service.Client.GetAsync(new Uri("/healthz/ready", UriKind.Relative));
            using var request = new HttpRequestMessage(HttpMethod.Get, "/user");
            using var read = await service.Client.SendAsync(request);
            if (!read.IsSuccessStatusCode)
            {
                Assert.Equal("database_unavailable", (string)(await Answer.ReadAsync(request, read)).Json["code"]!);
            }

            return $"{(int)ready.StatusCode} {(int)read.StatusCode}";
        }
    }

    [Fact]
    public async Task The_migrations_lead_to_the_model_of_the_program()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);

        Assert.False(InContextOf(service, db => db.Database.HasPendingModelChanges()));
    }

    [Fact]
    public async Task The_migrations_can_be_reverted_and_applied_again()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);

        await InContextOf(service, db => db.GetService<IMigrator>().MigrateAsync(Migration.InitialDatabase));
        // The empty list of applied migrations stays.
        Assert.Equal(1L, await _database.ExecuteAsync(CountTables));
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"));

        await InContextOf(service, db => db.Database.MigrateAsync());
        using var answer = await service.Client.GetAsync(new Uri("/user", UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Every_kind_of_write_is_audited_in_every_table_of_resources_and_memberships()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);

        // A table with versions has resources.
        Assert.Equal(
            "api_keys: DELETE INSERT UPDATE, memberships: DELETE INSERT UPDATE, "
                + "user_groups: DELETE INSERT UPDATE, users: DELETE INSERT UPDATE, webhooks: DELETE INSERT UPDATE",
            await _database.ExecuteAsync(
                """
                SELECT string_agg(audited, ', ' ORDER BY audited) FROM (
                    SELECT c.table_name || ': ' || coalesce(
                        string_agg(DISTINCT t.event_manipulation, ' ' ORDER BY t.event_manipulation), 'nothing') AS audited
                    FROM (
                        SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'version'
                        UNION SELECT 'memberships'
                    ) AS c
                    LEFT JOIN information_schema.triggers AS t
                        ON t.event_object_table = c.table_name AND t.action_statement LIKE 'EXECUTE FUNCTION audit\_%'
                    GROUP BY c.table_name
                ) AS tables
                """));
    }

    private static T InContextOf<T>(TestService service, Func<WorkspaceDbContext, T> use)
    {
        using var scope = service.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<WorkspaceDbContext>();
        var result = use(db);
        (result as Task)?.GetAwaiter().GetResult();
        return result;
    }

    private static async Task StopAsync(IEnumerable<TestService> services)
    {
        foreach (var service in services)
        {
            await service.DisposeAsync();
        }
    }
}

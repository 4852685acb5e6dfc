using System.Text.Json.Nodes;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Infrastructure;
using CleanWorkspace.Infrastructure.AuditEntries;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>The effects of imported rows in the database, also during other writes.</summary>
public sealed class ImportTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string EveryRow = """
        SELECT string_agg(row, E'\n' ORDER BY row) FROM (
            SELECT 'user ' || u.xmin || ' ' || u AS row FROM users AS u
            UNION ALL SELECT 'group ' || g.xmin || ' ' || g FROM user_groups AS g
            UNION ALL SELECT 'member ' || m.xmin || ' ' || m FROM memberships AS m
            UNION ALL SELECT 'count ' || c.xmin || ' ' || c FROM row_counts AS c
            UNION ALL SELECT 'audit ' || a.xmin || ' ' || a FROM audit_entries AS a) AS rows
        """;

    private const string Deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";

    private long _line;
    private ServiceProvider _provider = null!;

    public async Task InitializeAsync()
    {
        await service.ClearAsync();
        _provider = CreateProvider();
    }

    public async Task DisposeAsync() => await _provider.DisposeAsync();

    [Fact]
    public async Task Users_are_created_updated_or_unchanged_and_audited()
    {
        var team = (string)(await service.CreateGroupAsync(new { name = "Team" }))["id"]!;
        var left = (string)(await service.CreateGroupAsync(new { name = "Left" }))["id"]!;
        var idle = (string)(await service.CreateGroupAsync(new { name = "Idle" }))["id"]!;
        var ada = (await service.CreateUserAsync(new { email = "Ada@example.org", first_name = "Ada", user_groups = new[] { left } })).Id();
        var bob = (await service.CreateUserAsync(new { email = "bob@example.org", first_name = "Bob", user_groups = new[] { idle } })).Id();
        var versions = await VersionsAsync();
        await service.ExecuteAsync("TRUNCATE audit_entries");
        var given = Uuid.CreateVersion7(TimeProvider.System);

        var report = await ImportAsync(
            User("ada@EXAMPLE.org") with { Texts = UserTexts(("first_name", "Augusta")), Role = Role.Admin, UserGroups = Named("Team") },
            User("bob@example.org") with { Texts = UserTexts(("first_name", "Bob")), UserGroups = Named(idle) },
            User("new@example.org", given) with
            {
                Texts = UserTexts(("last_name", "New")),
                Role = Role.Editor,
                UserGroups = Named(team, "Team"),
            },
            User(null),
            User("other@example.org") with { UserGroups = Array.Empty<string>() });

        Assert.Equal((3, 1, 1, 0), (report.Summary.Created, report.Summary.Updated, report.Summary.Unchanged, report.Summary.Refused));
        Assert.True(report.Summary.Applied);
        await service.MustCountRightAsync("");
        var after = await service.ReadUserAsync(ada);
        Assert.Equal(
            "Augusta admin Ada@example.org " + team,
            $"{after["first_name"]} {after["role"]} {after["email"]} {after["user_groups"]![0]}");
        var created = await service.ReadUserAsync(given.ToString());
        Assert.Equal("editor New", $"{created["role"]} {created["last_name"]}");
        Assert.Equal(2, (await service.ReadGroupAsync(team))["users"]!.AsArray().Count);
        Assert.Empty((await service.ReadGroupAsync(left))["users"]!.AsArray());

        var moved = (await VersionsAsync()).Except(versions).Select(row => row.Key).ToHashSet();
        Assert.Superset(new HashSet<string> { ada, team, left, given.ToString() }, moved);
        Assert.DoesNotContain(bob, moved);
        Assert.DoesNotContain(idle, moved);
        Assert.Equal(
            "1 1 1",
            await service.ExecuteAsync($"SELECT string_agg(version::text, ' ') FROM users WHERE id NOT IN ('{ada}', '{bob}')"));
        Assert.Equal(
            0L,
            await service.ExecuteAsync(
                "SELECT count(*) FROM users WHERE created_at > now() OR created_at < now() - interval '1 hour'"));

        var audit = await AuditAsync();
        Assert.Equal(["imports", "users", "users", "users", "users"], audit.Select(entry => (string)entry["resource"]!).Order());
        Assert.All(audit, entry => Assert.Equal("tester import", $"{entry["actor"]} {entry["operation"]}"));
        var changed = audit.Single(entry => (string)entry["resource_id"]! == ada);
        var name = changed["changes"]!["first_name"]!;
        Assert.Equal(("Ada", "Augusta"), ((string)name["from"]!, (string)name["to"]!));
        Assert.Equal((team, left), ((string)changed["added"]![0]!, (string)changed["removed"]![0]!));
        var summary = audit.Single(entry => (string)entry["resource"]! == "imports")["changes"]!;
        Assert.Equal(
            "3 1 1 0",
            $"{summary["created"]!["to"]} {summary["updated"]!["to"]} {summary["unchanged"]!["to"]} {summary["refused"]!["to"]}");
    }

    [Fact]
    public async Task One_refused_row_prevents_the_import_unless_it_is_partial()
    {
        await service.CreateGroupAsync(new { name = "Twice" });
        var group = Guid.Parse((await service.CreateGroupAsync(new { name = "Twice" })).Id());
        var taken = Guid.Parse((string)(await service.CreateUserAsync(new { email = "there@example.org" }))["id"]!);
        var twice = Uuid.CreateVersion7(TimeProvider.System);
        CheckedRow[] rows =
        [
            User("good@example.org", twice),
            User("GOOD@example.org"),
            User("a@example.org") with { UserGroups = Named("Twice") },
            User("b@example.org") with { UserGroups = Named("Nobody's") },
            User("c@example.org", group),
            User("d@example.org", twice),
            new RefusedRow(++_line, "role", new Fault("invalid_role", "No role.")),
            new RefusedRow(_line, null, new Fault("nothing_given", "Nothing.")),
            User("there@example.org"),
            User(null, taken) with { Texts = UserTexts(("first_name", "Ada")) },
            User("e@example.org") with { UserGroups = Named(taken.ToString()) },
        ];
        (long, string?, string)[] refusals =
        [
            (2, "email", "duplicate_email"), (3, "user_groups", "ambiguous_user_group"), (4, "user_groups", "unknown_user_group"),
            (5, "id", "id_taken"), (6, "id", "duplicate_id"), (7, "role", "invalid_role"), (7, null, "nothing_given"),
            (9, "id", "duplicate_id"), (10, "user_groups", "unknown_user_group"),
        ];
        var before = await service.ExecuteAsync(EveryRow);

        var refused = await ImportAsync(rows);

        Assert.Equal(refusals, refused.Refusals.Select(refusal => (refusal.Line, refusal.Column, refusal.Code)));
        Assert.Equal((false, 8L), (refused.Summary.Applied, refused.Summary.Refused));
        Assert.Equal(before, await service.ExecuteAsync(EveryRow));

        var applied = await ImportAsync(new ImportOptions(true, false, false), rows);

        Assert.Equal(refusals, applied.Refusals.Select(refusal => (refusal.Line, refusal.Column, refusal.Code)));
        var summary = applied.Summary;
        Assert.Equal(
            (true, 1L, 0L, 1L, 8L), (summary.Applied, summary.Created, summary.Updated, summary.Unchanged, summary.Refused));
        Assert.Equal(2, await service.CountAsync("/user"));
        await service.MustCountRightAsync("");
    }

    [Fact]
    public async Task A_dry_run_reports_the_counts_and_writes_nothing()
    {
        await service.CreateUserAsync(new { email = "ada@example.org" });
        var before = await service.ExecuteAsync(EveryRow);

        var report = await ImportAsync(
            new ImportOptions(false, true, true),
            User("ada@example.org") with { Texts = UserTexts(("first_name", "Ada")) },
            User("new@example.org") with { UserGroups = Named("Team") });

        Assert.Equal(
            (false, true, 1L, 1L, 1L),
            (report.Summary.Applied, report.Summary.DryRun, report.Summary.Created, report.Summary.Updated, report.Summary.GroupsCreated));
        Assert.Equal(before, await service.ExecuteAsync(EveryRow));
    }

    [Fact]
    public async Task Groups_are_found_by_id_or_name_and_updated_or_created()
    {
        var byId = Guid.Parse((string)(await service.CreateGroupAsync(new { name = "By id", icon = "i" }))["id"]!);
        var byName = (string)(await service.CreateGroupAsync(new { name = "By name" }))["id"]!;
        await service.CreateGroupAsync(new { name = "Same" });
        var (alias, made) = (Uuid.CreateVersion7(TimeProvider.System), Uuid.CreateVersion7(TimeProvider.System));
        CheckedRow[] rows =
        [
            User("a@example.org") with { UserGroups = Named(alias.ToString(), made.ToString(), "Renamed", "Only named") },
            new CheckedGroup(++_line, byId, true) { Name = "Renamed", Texts = GroupTexts(("icon", null)) },
            new CheckedGroup(++_line, alias, true) { Name = "By name" },
            new CheckedGroup(++_line, made, true) { Name = "Made", Texts = GroupTexts(("description", "For all")) },
            new CheckedGroup(++_line, Uuid.CreateVersion7(TimeProvider.System), false) { Name = "Same" },
        ];

        var refused = await ImportAsync(rows);
        Assert.Equal(
            [(1, "unknown_user_group"), (1, "unknown_user_group"), (4, "unknown_user_group")],
            refused.Refusals.Select(refusal => (refusal.Line, refusal.Code)));

        var report = await ImportAsync(new ImportOptions(false, false, true), rows);
        Assert.Equal(
            (1L, 2L, 1L, 2L),
            (report.Summary.Created, report.Summary.GroupsCreated, report.Summary.GroupsUpdated, report.Summary.GroupsUnchanged));
        Assert.Equal(
            $"By name|Made|Only named|Renamed {byName}",
            await service.ExecuteAsync(
                """
                SELECT string_agg(name, '|' ORDER BY name) || ' ' || (SELECT id FROM user_groups WHERE name = 'By name')
                FROM user_groups WHERE user_count = 1
                """));
        Assert.Null((string?)(await service.ReadGroupAsync(byId.ToString()))["icon"]);
        Assert.Equal("For all", (string)(await service.ReadGroupAsync(made.ToString()))["description"]!);
        await service.MustCountRightAsync("");

        var again = (await ImportAsync(new ImportOptions(false, false, true), rows)).Summary;
        Assert.Equal(
            (0L, 1L, 0L, 0L, 4L),
            (again.Created, again.Unchanged, again.GroupsCreated, again.GroupsUpdated, again.GroupsUnchanged));
    }

    [Fact]
    public async Task A_row_whose_email_is_taken_during_the_import_updates_that_user()
    {
        await using var other = await HoldAddressAsync("taken@example.org");
        var import = ImportAsync(
            [
                .. Enumerable.Range(0, 50).Select(i => User($"u{i}@example.org")),
                User("taken@example.org") with { Texts = UserTexts(("first_name", "Ada")) },
            ]);
        await MustWaitAsync();
        await other.CommitAsync();

        var report = await import.WithinLimitAsync();

        Assert.Equal((50L, 1L), (report.Summary.Created, report.Summary.Updated));
        Assert.Equal(51, await service.CountAsync("/user"));
        await service.MustCountRightAsync("");
    }

    [Fact]
    public async Task Other_requests_read_and_write_during_an_import()
    {
        var group = (string)(await service.CreateGroupAsync(new { name = "Team" }))["id"]!;
        var bystander = (string)(await service.CreateUserAsync(new { email = "bystander@example.org" }))["id"]!;
        var ada = (string)(await service.CreateUserAsync(new { email = "ada@example.org" }))["id"]!;
        await using var other = await HoldAddressAsync("held@example.org");
        var import = ImportAsync(
            User("new@example.org") with { UserGroups = Named("Team") },
            User("ada@example.org") with { Texts = UserTexts(("last_name", "Lovelace")), UserGroups = Named("Team") },
            User("held@example.org"));
        await MustWaitAsync();

        var others = await Task.WhenAll(
            service.PatchAsync($"/user/{bystander}", new { role = "admin", user_groups = new[] { group } }),
            service.PostAsync("/user", new { email = "posted@example.org", user_groups = new[] { group } }),
            service.PatchAsync($"/auth/group/{group}", new { description = "Busy" }),
            service.PatchAsync($"/user/{ada}", new { first_name = "Ada", last_name = "Byron" }),
            service.GetAsync("/user?q=new"),
            service.DeleteAsync($"/auth/group/{(string)(await service.CreateGroupAsync())["id"]!}")).WithinLimitAsync();
        Assert.All(others, answer => Assert.InRange(answer.Status, 200, 204));
        Assert.False(import.IsCompleted);
        var second = await Assert.ThrowsAsync<Failure>(() => ImportAsync(User("second@example.org")).WithinLimitAsync());
        Assert.Equal("import_in_progress", second.Code);

        await other.RollbackAsync();
        var report = await import.WithinLimitAsync();

        Assert.Equal((2L, 1L), (report.Summary.Created, report.Summary.Updated));
        // An import has a slot of its own. Other writers share theirs.
        Assert.Equal(
            true,
            await service.ExecuteAsync(
                """
                SELECT bool_and(slot = 32 AND slot <> writer_slot()) FROM row_counts
                WHERE xmin = (SELECT xmin FROM users WHERE email = 'new@example.org')
                """));
        Assert.Equal(4, (await service.ReadGroupAsync(group))["users"]!.AsArray().Count);
        Assert.Equal("Busy", (string)(await service.ReadGroupAsync(group))["description"]!);
        Assert.Equal("Lovelace", (string)(await service.ReadUserAsync(ada))["last_name"]!);
        await service.MustCountRightAsync("");
        // The newest entry comes first. The import's change follows the change that it found.
        var former = (await AuditAsync())
            .Where(entry => (string)entry["resource_id"]! == ada)
            .Select(entry => entry["changes"]!["last_name"]?["from"])
            .ToList();
        Assert.Equal("Byron", (string?)former[0]);
    }

    [Fact]
    public async Task A_group_that_new_users_have_joined_can_change_during_the_import()
    {
        var joined = (string)(await service.CreateGroupAsync(new { name = "Joined" }))["id"]!;
        var held = (string)(await service.CreateGroupAsync(new { name = "Held" }))["id"]!;
        await using var other = await HoldAsync($"SELECT FROM user_groups WHERE id = '{held}' FOR UPDATE");
        var first = User("first@example.org") with { UserGroups = Named("Joined") };
        // The distance makes the import write the next line in another statement.
        _line += 100_000;
        var import = ImportAsync(first, User("last@example.org") with { UserGroups = Named("Held") });
        await MustWaitAsync("INSERT INTO memberships");

        var answer = await service.PatchAsync($"/auth/group/{joined}", new { description = "Busy" }).WithinLimitAsync();

        Assert.Equal(200, answer.Status);
        Assert.False(import.IsCompleted);
        await other.RollbackAsync();
        Assert.Equal(2, (await import.WithinLimitAsync()).Summary.Created);
        await service.MustCountRightAsync("");
    }

    [Fact]
    public async Task An_import_of_another_instance_is_refused_and_the_first_goes_on()
    {
        await using var another = CreateProvider();
        await using var other = await HoldAddressAsync("held@example.org");
        var import = ImportAsync(User("held@example.org"));
        await MustWaitAsync();

        var second = await Assert.ThrowsAsync<Failure>(
            () => ImportAsync(another, Enumerable.Empty<CheckedRow>().ToAsyncEnumerable(), new(false, false, false), default));

        Assert.Equal("import_in_progress", second.Code);
        Assert.False(import.IsCompleted);
        await other.RollbackAsync();
        Assert.Equal(1, (await import.WithinLimitAsync()).Summary.Created);
    }

    [Fact]
    public async Task An_import_waits_for_groups_before_it_locks_users()
    {
        var group = (string)(await service.CreateGroupAsync(new { name = "Joined by new users" }))["id"]!;
        var user = (string)(await service.CreateUserAsync(new { email = "there@example.org" }))["id"]!;
        await using var other = await HoldAsync($"SELECT FROM user_groups WHERE id = '{group}' FOR NO KEY UPDATE");
        var import = ImportAsync(
            User("there@example.org") with { Texts = UserTexts(("first_name", "Changed")) },
            User("joins@example.org") with { UserGroups = Named("Joined by new users") });
        await MustWaitAsync("%FROM user_groups%FOR NO KEY UPDATE");

        // If the import had this lock, PostgreSQL would end one of the two because of the deadlock.
        await using var next = new NpgsqlCommand(
            $"SELECT FROM users WHERE id = '{user}' FOR NO KEY UPDATE NOWAIT", other.Connection, other);
        await next.ExecuteNonQueryAsync();
        await other.CommitAsync();

        var summary = (await import.WithinLimitAsync()).Summary;
        Assert.Equal((1, 1), (summary.Created, summary.Updated));
        await service.MustCountRightAsync("");
    }

    [Fact]
    public async Task A_membership_that_begins_before_the_lock_of_its_user_is_compared_again()
    {
        var kept = (string)(await service.CreateGroupAsync(new { name = "Kept" }))["id"]!;
        var late = (string)(await service.CreateGroupAsync(new { name = "Late" }))["id"]!;
        var user = (string)(await service.CreateUserAsync(new { email = "there@example.org" }))["id"]!;
        await using var other = await HoldAsync(
            $"""
            SELECT FROM user_groups WHERE id = '{late}' FOR NO KEY UPDATE;
            SELECT FROM users WHERE id = '{user}' FOR NO KEY UPDATE
            """);
        var import = ImportAsync(User("there@example.org") with { UserGroups = Named("Kept") });
        await MustWaitAsync("%FOR NO KEY UPDATE OF u");
        await using var join = new NpgsqlCommand(
            $"INSERT INTO memberships (user_id, group_id) VALUES ('{user}', '{late}')", other.Connection, other);
        await join.ExecuteNonQueryAsync();

        // The holder of the group waits for the user that the import has locked by then.
        await using var holder = await OpenAsync();
        var held = ExecuteAsync(
            holder,
            $"""
            BEGIN; SELECT FROM user_groups WHERE id = '{late}' FOR NO KEY UPDATE; SELECT pg_sleep(0.2);
            SELECT FROM users WHERE id = '{user}' FOR NO KEY UPDATE; COMMIT
            """);
        await WaitUntilAsync(
            """
            SELECT count(*) = 2 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
            """);
        await other.CommitAsync();

        await held.WithinLimitAsync();
        var summary = (await import.WithinLimitAsync()).Summary;
        Assert.Equal((0, 1), (summary.Created, summary.Updated));
        Assert.Equal([kept], (await service.ReadUserAsync(user)).Ids("user_groups"));
        await service.MustCountRightAsync("");
    }

    [Fact]
    public async Task Imports_beside_writers_of_the_same_groups_cause_no_deadlock()
    {
        var groups = await service.CreateGroupsAsync(6);
        var users = new List<string>();
        for (var i = 0; i < 24; i++)
        {
            users.Add((await service.CreateUserAsync(new { email = $"there{i}@example.org" })).Id());
        }

        var before = await service.ExecuteAsync(Deadlocks);
        await using (var writers = await TestService.StartAsync(service.ConnectionString))
        {
            var random = new Random(20261127);
            var imports = Task.Run(async () =>
            {
                for (var round = 0; round < 6; round++)
                {
                    var file = round;
                    await ImportAsync(
                    [
                        .. Enumerable.Range(0, 24).Select(i => User($"there{i}@example.org") with
                        {
                            Texts = UserTexts(("first_name", $"Round {file}")),
                            UserGroups = Named(groups[(i + file) % 6], groups[(i + 2 * file + 1) % 6]),
                        }),
                        .. Enumerable.Range(0, 24).Select(
                            i => User($"new{file}.{i}@example.org") with { UserGroups = Named(groups[i % 6]) }),
                    ]);
                }
            });
            var answers = new List<HttpResponseMessage>();
            while (!imports.IsCompleted || answers.Count == 0)
            {
                answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => WriteAsync(writers.Client, random))));
            }

            await imports.WithinLimitAsync();
            Assert.All(answers, answer => Assert.Equal(200, (int)answer.StatusCode));
        }

        // A connection reports its deadlocks when it ends.
        await WaitUntilAsync(
            """
            SELECT NOT EXISTS (SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'CleanWorkspace import')
            """);
        Assert.Equal(before, await service.ExecuteAsync(Deadlocks));
        await service.MustCountRightAsync("");

        Task<HttpResponseMessage> WriteAsync(HttpClient client, Random random)
        {
            var some = random.GetItems(users.ToArray(), 6).Distinct().ToArray();
            return random.Next(3) switch
            {
                0 => client.PatchAsync($"/auth/group/{random.GetItems(groups, 1)[0]}", ServiceFixture.ToContent(new { users = some })),
                1 => client.PatchAsync(
                    $"/auth/group/{random.GetItems(groups, 1)[0]}/users",
                    ServiceFixture.ToContent(new { add = some[1..], remove = some[..1] })),
                _ => client.PatchAsync(
                    $"/user/{some[0]}", ServiceFixture.ToContent(new { user_groups = random.GetItems(groups, 3).Distinct() })),
            };
        }
    }

    [Fact]
    public async Task The_next_import_can_start_while_the_database_still_drops_the_tables_of_the_last()
    {
        await using var other = await HoldAddressAsync("held@example.org");
        var import = ImportAsync(User("held@example.org"));
        await MustWaitAsync();
        var table = await service.ExecuteAsync(
            "SELECT relnamespace::regnamespace || '.' || relname FROM pg_class WHERE relname = 'import_users'");
        await using var tables = await HoldAsync($"LOCK TABLE {table} IN ACCESS SHARE MODE");
        await other.RollbackAsync();
        await import.WithinLimitAsync();

        var next = await ImportAsync(User("next@example.org"));

        Assert.Equal(1, next.Summary.Created);
    }

    [Fact]
    public async Task The_audit_has_changes_of_a_group_before_and_by_the_import_in_order()
    {
        var group = (string)(await service.CreateGroupAsync(new { name = "First" }))["id"]!;
        var held = (string)(await service.CreateGroupAsync(new { name = "Held" }))["id"]!;
        await using var other = await HoldAsync($"SELECT FROM user_groups WHERE id = '{held}' FOR UPDATE");
        var import = ImportAsync(
            new CheckedGroup(++_line, Guid.Parse(group), true) { Name = "Third" },
            User("new@example.org") with { UserGroups = Named("Held") });
        await MustWaitAsync("INSERT INTO memberships");

        (await service.PatchAsync($"/auth/group/{group}", new { name = "Second" }).WithinLimitAsync()).MustBe(200);
        await other.RollbackAsync();
        await import.WithinLimitAsync();

        var names = (await AuditAsync())
            .Where(entry => (string)entry["resource_id"]! == group)
            .Select(entry => (string)entry["changes"]!["name"]!["to"]!);
        Assert.Equal(["Third", "Second", "First"], names);
    }

    [Fact]
    public async Task A_cancelled_or_broken_off_import_leaves_nothing_behind()
    {
        var before = await service.ExecuteAsync(EveryRow);
        await using (var other = await HoldAddressAsync("held@example.org"))
        {
            using var stop = new CancellationTokenSource();
            var import = ImportAsync(
                new ImportOptions(false, false, true),
                [User("a@example.org") with { UserGroups = Named("New") }, User("held@example.org")],
                stop.Token);
            await MustWaitAsync();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => import.WithinLimitAsync());
            await other.RollbackAsync();
        }

        await Assert.ThrowsAsync<InvalidDataException>(
            () => ImportAsync(BrokenOff(), new ImportOptions(true, false, true), CancellationToken.None));
        Assert.Equal(before, await service.ExecuteAsync(EveryRow));
        await WaitUntilAsync(
            """
            SELECT NOT EXISTS (SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'CleanWorkspace import')
            """);

        async IAsyncEnumerable<CheckedRow> BrokenOff()
        {
            yield return User("b@example.org");
            await Task.Yield();
            throw new InvalidDataException();
        }
    }

    [Fact]
    public async Task Every_row_of_a_large_mixed_file_is_counted()
    {
        var rows = Enumerable.Range(0, 30_000).Select(i => (i % 3) switch
        {
            0 => (CheckedRow)new RefusedRow(++_line, "email", new Fault("invalid_email", "No address.")),
            1 => User($"u{i}@example.org") with { UserGroups = new[] { $"Team {i % 100}" } },
            _ => User($"u{i}@example.org"),
        }).ToArray();

        var report = await ImportAsync(new ImportOptions(true, false, true), rows);

        Assert.Equal((20_000L, 10_000L), (report.Summary.Created, report.Summary.Refused));
        Assert.Equal(10_000, report.Refusals.Count);
        Assert.Equal(report.Refusals.OrderBy(refusal => refusal.Line), report.Refusals);
        await service.MustCountRightAsync("");
    }

    private ServiceProvider CreateProvider()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddScoped(_ => new Caller("tester", "import", null));
        services.AddInfrastructure(
            service.ConnectionString, TimeLimit.OfWait, new AuditRetention(TimeLimit.OfWait), new WebhookSettings([], false));
        return services.BuildServiceProvider();
    }

    private CheckedUser User(string? email, Guid? id = null) => new(++_line, id ?? Uuid.CreateVersion7(TimeProvider.System), id is not null)
    {
        Email = email,
        FoldedEmail = email is null ? null : EmailAddress.Fold(email),
    };

    private static string[] Named(params string[] groups) => groups;

    private static TextValues UserTexts(params (string Column, string? Text)[] given) => Texts(ImportColumns.Users, given);

    private static TextValues GroupTexts(params (string Column, string? Text)[] given) => Texts(ImportColumns.Groups, given);

    private static TextValues Texts(IEnumerable<TextColumn> columns, (string Column, string? Text)[] given)
    {
        var texts = given.ToDictionary(text => text.Column, text => new Optional<string?>(text.Text));
        return new TextValues([.. columns.Select(column => texts.GetValueOrDefault(column.Name))]);
    }

    private Task<Report> ImportAsync(params CheckedRow[] rows) => ImportAsync(new ImportOptions(false, false, false), rows);

    private Task<Report> ImportAsync(ImportOptions options, params CheckedRow[] rows) => ImportAsync(options, rows, CancellationToken.None);

    private Task<Report> ImportAsync(ImportOptions options, CheckedRow[] rows, CancellationToken cancellationToken) =>
        ImportAsync(rows.ToAsyncEnumerable(), options, cancellationToken);

    private Task<Report> ImportAsync(IAsyncEnumerable<CheckedRow> rows, ImportOptions options, CancellationToken cancellationToken) =>
        ImportAsync(_provider, rows, options, cancellationToken);

    private static async Task<Report> ImportAsync(
        ServiceProvider provider, IAsyncEnumerable<CheckedRow> rows, ImportOptions options, CancellationToken cancellationToken)
    {
        await using var scope = provider.CreateAsyncScope();
        var report = new Report();
        var summary = await scope.ServiceProvider.GetRequiredService<ITransfers>()
            .ImportAsync(rows, options, report, scope.ServiceProvider.GetRequiredService<Caller>(), cancellationToken);
        Assert.Same(summary, report.Summary);
        return report;
    }

    // Another insert of the same email waits for the end of this transaction.
    private Task<NpgsqlTransaction> HoldAddressAsync(string email) =>
        HoldAsync($"INSERT INTO users (id, email, folded_email, role) VALUES ('{Guid.CreateVersion7()}', '{email}', '{email}', 'guest')");

    private async Task<NpgsqlTransaction> HoldAsync(string statement)
    {
        var connection = await OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, statement);
        return transaction;
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(service.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private Task MustWaitAsync(string statement = "INSERT INTO users") => WaitUntilAsync(
        $"""
        SELECT EXISTS (SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'CleanWorkspace import'
                AND wait_event_type = 'Lock' AND query LIKE '{statement}%')
        """);

    private Task WaitUntilAsync(string question) =>
        Eventually.BeAsync(async () => (bool)(await service.ExecuteAsync(question))!, TimeLimit.OfWait, question);

    private async Task<Dictionary<string, long>> VersionsAsync()
    {
        var rows = (string[])(await service.ExecuteAsync(
            """
            SELECT array_agg(id || ' ' || version)
            FROM (SELECT id, version FROM users UNION ALL SELECT id, version FROM user_groups) AS rows
            """))!;
        return rows.Select(row => row.Split(' ')).ToDictionary(row => row[0], row => long.Parse(row[1], null));
    }

    private async Task<List<JsonObject>> AuditAsync()
    {
        var entries = (await service.GetAsync("/auth/audit?page_size=200")).MustBe(200).Json["results"]!.AsArray();
        return [.. entries.Select(entry => entry!.AsObject())];
    }

    private sealed class Report : IImportReport
    {
        public ImportSummary Summary { get; private set; } = null!;

        public List<ImportRefusal> Refusals { get; } = [];

        public void Progress(ImportStage stage, long rows, long? total)
        {
        }

        public async Task CloseAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken)
        {
            Summary = summary;
            await foreach (var refusal in refusals.WithCancellation(cancellationToken))
            {
                Refusals.Add(refusal);
            }
        }
    }
}

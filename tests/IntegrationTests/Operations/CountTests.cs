using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>The maintained counts of the database equal full counts.</summary>
public sealed class CountTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string NewIds = "SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid";
    private const string AnyRole = "(ARRAY['admin', 'editor', 'viewer', 'guest'])[1 + floor(random() * 4)]";

    private static readonly string[] Roles = ["admin", "editor", "viewer", "guest"];

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Every_count_is_exact_after_writes_rollbacks_and_refusals()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await SeedAsync();

        for (var step = 0; step < 120; step++)
        {
            var write = random.Next(24);
            await WriteAsync(write, random);
            await service.MustCountRightAsync($"Seed {seed}, step {step}, write {write}: ");
        }
    }

    [Fact]
    public async Task A_rolled_back_change_of_roles_does_not_count()
    {
        await SeedAsync();
        // Refuses after the triggers of some rows have run, and before the statement ends.
        await service.ExecuteAsync(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'Refused.'; END $$;
            CREATE TRIGGER tr_users_zz AFTER UPDATE ON users FOR EACH ROW WHEN (NEW.last_name = 'Last') EXECUTE FUNCTION refuse();
            """);
        try
        {
            await service.ExecuteAsync(
                """
                UPDATE users SET last_name = 'Next to last', role = 'guest';
                INSERT INTO users (id, role) VALUES ('01900000-0000-7000-8000-000000000001', 'viewer');
                DO $$
                BEGIN
                    UPDATE users SET role = 'admin', last_name = CASE role WHEN 'viewer' THEN 'Last' END;
                EXCEPTION WHEN raise_exception THEN
                    UPDATE users SET role = 'editor' WHERE role = 'viewer';
                END
                $$;
                """);
        }
        finally
        {
            await service.ExecuteAsync("DROP FUNCTION refuse() CASCADE");
        }

        await service.MustCountRightAsync("");
        Assert.Equal(1L, await service.ExecuteAsync("SELECT count(*) FROM users WHERE role = 'editor'"));
    }

    [Fact]
    public async Task Writers_of_all_kinds_that_share_a_counter_all_succeed_and_count()
    {
        await service.ExecuteAsync(
            "CREATE OR REPLACE FUNCTION writer_slot() RETURNS smallint LANGUAGE sql STABLE AS 'SELECT 0::smallint'");
        var users = await service.CreateUsersAsync(16);
        var groups = await service.CreateGroupsAsync(16);
        var random = new Random(20261123);
        Task<Answer> Act(int number) => (number % 8) switch
        {
            0 => service.PatchAsync($"/user/{Any(users)}", new { role = Any(Roles), user_groups = Some(groups) }),
            1 => service.PatchAsync($"/user/{Any(users)}", new { role = Any(Roles) }),
            2 => service.PatchAsync($"/auth/group/{Any(groups)}", new { name = "Renamed", users = Some(users) }),
            3 => service.PostAsync("/user", new { role = Any(Roles), user_groups = Some(groups) }),
            4 => service.PostAsync("/auth/group", new { users = Some(users) }),
            5 => PostWithKeyAsync(new { user_groups = Some(groups), email = $"{random.Next(8)}@example.org" }),
            6 => service.DeleteAsync($"/user/{Any(users[..8])}"),
            _ => service.DeleteAsync($"/auth/group/{Any(groups[..8])}"),
        };
        string Any(string[] ids) => ids[random.Next(ids.Length)];
        string[] Some(string[] ids) => random.GetItems(ids, 3);

        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(Act));

            Assert.All(answers, answer => Assert.True(answer.Status is 200 or 201 or 204 or 400 or 404, answer.ToString()));
            await service.MustCountRightAsync("");
        }
    }

    private Task<Answer> PostWithKeyAsync(object body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/user") { Content = ServiceFixture.ToContent(body) };
        request.Headers.Add("Idempotency-Key", $"\"{Guid.NewGuid()}\"");
        return service.SendAsync(request);
    }

    private async Task SeedAsync() => await service.ExecuteAsync(
        $"""
        INSERT INTO users (id, role) {NewIds}, {AnyRole} FROM generate_series(1, 60);
        INSERT INTO user_groups (id, name) {NewIds}, 'Group ' || i FROM generate_series(1, 12) AS i;
        INSERT INTO memberships SELECT g.id, u.id FROM user_groups AS g, users AS u WHERE random() < 0.3;
        """);

    private async Task WriteAsync(int write, Random random)
    {
        var rows = random.Next(1, 20);
        var role = Roles[random.Next(Roles.Length)];
        var someUsers = $"id IN (SELECT id FROM users ORDER BY random() LIMIT {rows})";
        var someGroups = $"id IN (SELECT id FROM user_groups ORDER BY random() LIMIT {(rows / 10) + 1})";
        var newUsers = $"INSERT INTO users (id, role) {NewIds}, {AnyRole} FROM generate_series(1, {rows})";
        const string NewMembers =
            "INSERT INTO memberships SELECT g.id, u.id FROM user_groups AS g, users AS u WHERE random() < 0.05 ON CONFLICT DO NOTHING";
        switch (write)
        {
            case 0 or 1:
                await service.PostAsync("/user", new { role, user_groups = await SomeAsync("user_groups") });
                break;
            case 2:
                await service.PostAsync("/auth/group", new { users = await SomeAsync("users") });
                break;
            case 3 or 4:
                foreach (var id in await SomeAsync("users"))
                {
                    await service.PatchAsync($"/user/{id}", new { role, user_groups = await SomeAsync("user_groups") });
                }

                break;
            case 5:
                foreach (var id in await SomeAsync("user_groups"))
                {
                    await service.PatchAsync($"/auth/group/{id}", new { users = await SomeAsync("users") });
                }

                break;
            case 6:
                foreach (var id in await SomeAsync("users"))
                {
                    await service.DeleteAsync($"/user/{id}");
                }

                break;
            case 7 when rows % 3 == 0:
                foreach (var id in await SomeAsync("user_groups"))
                {
                    await service.DeleteAsync($"/auth/group/{id}");
                }

                break;
            case 8:
                await CopyUsersAsync(rows, role);
                break;
            case 9 or 10:
                await service.ExecuteAsync(newUsers);
                break;
            case 11:
                await service.ExecuteAsync($"INSERT INTO user_groups (id) {NewIds} FROM generate_series(1, 3)");
                break;
            case 12:
                await service.ExecuteAsync($"UPDATE users SET role = {AnyRole} WHERE {someUsers}");
                break;
            case 13:
                await service.ExecuteAsync($"UPDATE users SET role = '{role}', first_name = 'Ada'");
                break;
            case 14:
                await service.ExecuteAsync($"DELETE FROM users WHERE {someUsers}");
                break;
            case 15:
                await service.ExecuteAsync($"DELETE FROM user_groups WHERE {someGroups}");
                break;
            case 16:
                await service.ExecuteAsync(NewMembers);
                break;
            case 17:
                await service.ExecuteAsync("DELETE FROM memberships WHERE random() < 0.1");
                break;
            case 18:
                // Moves one membership of some users to a new group.
                await service.ExecuteAsync(
                    $"""
                    BEGIN;
                    INSERT INTO user_groups (id, name) {NewIds}, 'Moved to';
                    UPDATE memberships SET group_id = (SELECT id FROM user_groups ORDER BY created_at DESC LIMIT 1)
                    WHERE (group_id, user_id) IN
                        (SELECT min(group_id::text)::uuid, user_id FROM memberships GROUP BY user_id HAVING random() < 0.2);
                    COMMIT;
                    """);
                break;
            case 19:
                await service.ExecuteAsync(
                    $"BEGIN; {newUsers}; UPDATE users SET role = '{role}'; DELETE FROM user_groups WHERE {someGroups}; ROLLBACK");
                break;
            case 20:
                await service.ExecuteAsync(
                    $"""
                    BEGIN;
                    UPDATE users SET role = {AnyRole} WHERE {someUsers};
                    SAVEPOINT before;
                    {newUsers};
                    UPDATE users SET role = '{role}';
                    DELETE FROM memberships WHERE random() < 0.5;
                    ROLLBACK TO SAVEPOINT before;
                    UPDATE users SET role = {AnyRole} WHERE {someUsers};
                    {NewMembers};
                    COMMIT;
                    """);
                break;
            case 21:
                // One statement makes changes of several kinds.
                await service.ExecuteAsync(
                    $"""
                    WITH added AS ({newUsers} RETURNING id), changed AS (UPDATE users SET role = {AnyRole} WHERE {someUsers} RETURNING id)
                    INSERT INTO users (id, role) {NewIds}, 'guest' FROM added, changed LIMIT 5
                    """);
                break;
            case 22:
                await service.ExecuteAsync(
                    $"""
                    INSERT INTO users (id, role) SELECT id, role FROM users WHERE {someUsers} UNION ALL {NewIds}, 'guest'
                    ON CONFLICT (id) DO UPDATE SET role = '{role}'
                    """);
                break;
            case 23 when rows > 14:
                await service.ExecuteAsync($"TRUNCATE {(rows % 2 == 0 ? "users CASCADE" : "memberships")}");
                await SeedAsync();
                break;
        }
    }

    private async Task<string[]> SomeAsync(string table) => (string[])(await service.ExecuteAsync(
        $"SELECT array(SELECT id::text FROM {table} ORDER BY random() LIMIT 3)"))!;

    private async Task CopyUsersAsync(int rows, string role)
    {
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var copy = await connection.BeginTextImportAsync("COPY users (id, role) FROM STDIN");
        for (var row = 0; row < rows; row++)
        {
            await copy.WriteLineAsync($"{Guid.CreateVersion7()}\t{role}");
        }
    }
}

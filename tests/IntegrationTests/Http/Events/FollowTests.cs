using System.Globalization;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;
using Xunit.Abstractions;

namespace CleanWorkspace.IntegrationTests.Http.Events;

/// <summary>
/// The promises of the feed under concurrent writers: complete, unique, ordered and atomic. The variable <c>FOLLOW_WRITES</c> sets the
/// number of random writes, for example 100000. By default the test is short.
/// </summary>
public sealed class FollowTests(ServiceFixture service, ITestOutputHelper output) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const int Writers = 8;
    private const int Exports = 4;

    private static readonly int Writes =
        int.Parse(Environment.GetEnvironmentVariable("FOLLOW_WRITES") ?? "480", CultureInfo.InvariantCulture);

    private int _writes;

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_copy_that_applies_events_equals_the_directory()
    {
        var (reader, copy) = (await EventReader.StartAsync(service), new EventCopy());
        using var stop = new CancellationTokenSource();
        var following = FollowAsync(reader, copy, stop.Token);

        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync).Append(WriteAndRollBackAsync()));
        var exports = await ExportAsync(writing);
        await writing;
        await ImportAsync(Enumerable.Range(0, 500).Select(i => $"i{i}@example.org,Imported {i},Group {i % 7}"));
        await ImportAsync(Enumerable.Range(250, 500).Select(i => $"i{i}@example.org,Again {i},Group {i % 5}"));

        var last = (await service.CreateUserAsync(new { first_name = "Last" })).Id();
        await Eventually.BeAsync(() => Task.FromResult(copy.HasUser(last) || following.IsFaulted), TimeLimit.OfWait);
        await stop.CancelAsync();
        await following;
        await copy.MustEqualAsync(service);
        foreach (var (exported, token) in exports)
        {
            // The export is the state at its token: the later events lead from it to the same end.
            await FollowAsync(new EventReader(service, token), exported, last);
            exported.MustEqual(copy);
        }

        output.WriteLine($"{_writes} writes, {copy.Events} events, {exports.Count} exports");
    }

    [Fact]
    public async Task An_export_is_continued_without_a_gap_and_without_a_repetition()
    {
        var users = await service.CreateUsersAsync(3);
        await using var running = await BeginAsync($"UPDATE users SET first_name = 'Running' WHERE id = '{users[0]}'");
        (await service.PatchAsync($"/user/{users[1]}", new { first_name = "Before" })).MustBe(200);

        var export = (await service.GetAsync("/user/export?format=ndjson")).MustBe(200);
        (await service.PatchAsync($"/user/{users[2]}", new { first_name = "After" })).MustBe(200);
        await running.CommitAsync();

        var copy = new EventCopy();
        var token = copy.Load(export.Lines);
        Assert.Equal(token, Assert.Single(export.Headers.GetValues("Events-Next")));
        var reader = new EventReader(service, token);
        var events = await reader.ReadUntilAsync(events => events.Count == 2);
        Assert.Equal(new[] { users[0], users[2] }.Order(), events.Select(change => change.ResourceId()).Order());
        copy.Apply(events);
        await copy.MustEqualAsync(service);
        (await service.PatchAsync($"/user/{users[1]}", new { first_name = "Later" })).MustBe(200);
        Assert.Equal(users[1], Assert.Single(await reader.ReadUntilAsync(events => events.Count > 0)).ResourceId());
    }

    [Fact]
    public async Task The_feed_does_not_pass_a_running_write()
    {
        var users = await service.CreateUsersAsync(2);
        var reader = await EventReader.StartAsync(service);
        await using var running = await BeginAsync($"UPDATE users SET first_name = 'Running' WHERE id = '{users[0]}'");
        (await service.PatchAsync($"/user/{users[1]}", new { first_name = "Later" })).MustBe(200);

        Assert.Empty(await reader.ReadAsync("&wait=1"));
        await running.CommitAsync();

        var events = await reader.ReadUntilAsync(events => events.Count == 2);
        Assert.Equal(users, events.Select(change => change.ResourceId()));
    }

    [Fact]
    public async Task A_page_that_a_follower_waited_for_keeps_its_limit()
    {
        var users = await service.CreateUsersAsync(2);
        var reader = await EventReader.StartAsync(service);
        await using var running = await BeginAsync($"UPDATE users SET first_name = 'Running' WHERE id = '{users[0]}'");
        (await service.PatchAsync($"/user/{users[1]}", new { first_name = "Later" })).MustBe(200);
        var waiting = reader.ReadAsync("&wait=30&limit=1");
        // It begins after the first request, and waits in vain. So the first one waits for the commit by now.
        Assert.Empty(await new EventReader(service, reader.Next).ReadAsync("&wait=1"));

        // From now on, the feed shows both writes at once.
        await running.CommitAsync();

        Assert.Equal(users[0], Assert.Single(await waiting).ResourceId());
        Assert.Equal(users[1], Assert.Single(await reader.ReadAsync("&limit=1")).ResourceId());
    }

    [Fact]
    public async Task The_order_of_a_resource_is_the_order_of_its_versions_not_of_transactions()
    {
        var users = await service.CreateUsersAsync(2);
        var reader = await EventReader.StartAsync(service);
        // The transaction has a lower number than the write after it, but changes the second user later.
        await using var early = await BeginAsync($"SELECT FROM users WHERE id = '{users[0]}' FOR UPDATE");
        (await service.PatchAsync($"/user/{users[1]}", new { first_name = "First" })).MustBe(200);
        await early.ExecuteAsync($"UPDATE users SET first_name = 'Second' WHERE id = '{users[1]}'");
        await early.CommitAsync();

        var events = await reader.ReadUntilAsync(events => events.Count == 2);

        Assert.Equal(["First", "Second"], events.Select(change => (string)change["changes"]!["first_name"]!["to"]!));
        Assert.Equal([2L, 3L], events.Select(change => (long)change["version"]!));
    }

    [Fact]
    public async Task A_write_that_is_rolled_back_has_no_event()
    {
        var user = (await service.CreateUserAsync()).Id();
        var reader = await EventReader.StartAsync(service);
        await using (var running = await BeginAsync($"UPDATE users SET first_name = 'Never' WHERE id = '{user}'"))
        {
            await running.ExecuteAsync("ROLLBACK");
        }

        (await service.PatchAsync($"/user/{user}", new { first_name = "Now" })).MustBe(200);

        var change = Assert.Single(await reader.ReadUntilAsync(events => events.Count > 0));
        Assert.Equal("Now", (string)change["changes"]!["first_name"]!["to"]!);
    }

    [Fact]
    public async Task What_a_write_takes_back_has_no_event()
    {
        var group = (await service.CreateGroupAsync()).Id();
        var user = (await service.CreateUserAsync(new { first_name = "Ada" })).Id();
        var reader = await EventReader.StartAsync(service);
        await using (var write = await BeginAsync($"INSERT INTO memberships (group_id, user_id) VALUES ('{group}', '{user}')"))
        {
            await write.ExecuteAsync($"DELETE FROM memberships WHERE group_id = '{group}'");
            await write.ExecuteAsync($"UPDATE users SET first_name = 'Augusta', last_name = 'King' WHERE id = '{user}'");
            await write.ExecuteAsync($"UPDATE users SET first_name = 'Ada' WHERE id = '{user}'");
            await write.ExecuteAsync($"INSERT INTO users (id, role, first_name) VALUES ('{Bodies.UnknownId}', 'viewer', 'Nobody')");
            await write.ExecuteAsync($"DELETE FROM users WHERE id = '{Bodies.UnknownId}'");
            await write.CommitAsync();
        }

        (await service.DeleteAsync($"/user/{user}")).MustBe(204);

        var events = await reader.ReadUntilAsync(events => events.Any(change => change.IsOf("user.deleted", user)));
        Assert.Equal(["user.updated", "user.deleted"], events.Select(change => change.Type()));
        Assert.Equal("last_name", Assert.Single(events[0]["changes"]!.AsObject()).Key);
    }

    [Fact]
    public async Task An_import_is_one_write_and_ends_with_its_counts()
    {
        await service.CreateGroupAsync(new { name = "Old" });
        await service.CreateUserAsync(new { email = "old@example.org", first_name = "Old" });
        var reader = await EventReader.StartAsync(service);

        (await service.ImportAsync(
            "email,first_name,user_groups\nold@example.org,Changed,Old\nnew@example.org,New,Old;Fresh", "create_groups=true")).MustBe(200);

        var events = await reader.ReadUntilAsync(events => events.Count > 0, "&limit=1");
        Assert.Equal(
            ["group.created", "group.members_changed", "import.finished", "user.created", "user.updated"],
            events.Select(change => change.Type()).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(2, events.Count(change => change.Type() is "group.created" or "import.finished"));
        Assert.Single(events.Select(change => (long)change["transaction"]!).Distinct());
        var finished = events[^1];
        Assert.Equal("import.finished", finished.Type());
        Assert.Equal("1", (string)finished["changes"]!["created"]!["to"]!);
        foreach (var group in events.Where(change => change.Type() == "group.members_changed"))
        {
            Assert.Equal(
                $"\"{group["version"]}\"", (await service.GetAsync($"/auth/group/{group.ResourceId()}")).MustBe(200).Headers.ETag!.Tag);
        }
    }

    private async Task ImportAsync(IEnumerable<string> rows) => (await service.ImportAsync(
        string.Join('\n', rows.Prepend("email,first_name,user_groups")), "create_groups=true")).MustBe(200);

    private static async Task FollowAsync(EventReader reader, EventCopy copy, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            copy.Apply(await reader.ReadAsync("&wait=1&limit=20"));
        }
    }

    // Follows until the user is there. The events exist already.
    private static async Task FollowAsync(EventReader reader, EventCopy copy, string user)
    {
        while (!copy.HasUser(user))
        {
            var events = await reader.ReadAsync("&wait=30&limit=1000");
            Assert.NotEmpty(events);
            copy.Apply(events);
        }
    }

    // Exports several times while the writers write.
    private async Task<List<(EventCopy Copy, string Token)>> ExportAsync(Task writing)
    {
        var exports = new List<(EventCopy, string)>();
        for (var i = 0; i < Exports; i++)
        {
            while (_writes < Writes * i / Exports && !writing.IsCompleted)
            {
                await Task.Delay(20);
            }

            var copy = new EventCopy();
            exports.Add((copy, copy.Load((await service.GetAsync("/user/export?format=ndjson")).MustBe(200).Lines)));
        }

        return exports;
    }

    // Changes a few users and groups that all writers share, so that they wait for each other.
    private async Task WriteAsync(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Writes / Writers; i++)
        {
            var (users, groups) = (await IdsAsync("/user"), await IdsAsync("/auth/group"));
            var (user, group) = (Pick(users), Pick(groups));
            var write = random.Next(8) switch
            {
                0 => service.PostAsync("/user", new { first_name = $"A {seed} {i}", user_groups = Some(groups) }),
                1 => service.PostAsync("/auth/group", new { name = $"G {seed} {i}", users = Some(users) }),
                2 => service.PatchAsync($"/user/{user}", new { last_name = $"L {seed} {i}" }),
                3 => service.PatchAsync($"/user/{user}", new { first_name = $"F {seed} {i}", user_groups = Some(groups) }),
                4 => service.PatchAsync($"/auth/group/{group}", new { users = Some(users) }),
                5 => service.PatchAsync($"/auth/group/{group}/users", new { add = Some(users), remove = Some(users).Except(Some(users)) }),
                6 when users.Length > 8 => service.DeleteAsync($"/user/{user}"),
                7 when groups.Length > 8 => service.DeleteAsync($"/auth/group/{group}"),
                _ => service.PatchAsync($"/auth/group/{group}", new { description = $"D {seed} {i}" }),
            };
            // Other writers may have deleted what this one names.
            Assert.True((await write).Status is 200 or 201 or 204 or 400 or 404);
            Interlocked.Increment(ref _writes);
        }

        async Task<string[]> IdsAsync(string list) => (await service.ReadListAsync($"{list}?page_size=12&fields=id")).Ids();

        string Pick(string[] ids) => ids.Length == 0 ? $"{Guid.Empty}" : ids[random.Next(ids.Length)];

        string[] Some(string[] ids) => [.. ids.Where(_ => random.Next(3) == 0)];
    }

    private async Task WriteAndRollBackAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            await using var write = await BeginAsync(
                $"""
                INSERT INTO users (id, role, first_name)
                VALUES (overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'viewer', 'SQL {i}')
                """);
            await write.ExecuteAsync("SAVEPOINT a");
            await write.ExecuteAsync($"UPDATE users SET last_name = 'SQL' WHERE first_name = 'SQL {i}'");
            await write.ExecuteAsync(i % 3 == 0 ? "ROLLBACK TO a" : "RELEASE a");
            await Task.Delay(20);
            await write.ExecuteAsync(i % 4 == 0 ? "ROLLBACK" : "COMMIT");
        }
    }

    private async Task<OpenWrite> BeginAsync(string sql)
    {
        var write = new OpenWrite(new NpgsqlConnection(service.ConnectionString));
        await write.ExecuteAsync("BEGIN");
        await write.ExecuteAsync(sql);
        return write;
    }

    /// <summary>A transaction of another program.</summary>
    private sealed class OpenWrite(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async Task ExecuteAsync(string sql)
        {
            if (connection.State != System.Data.ConnectionState.Open)
            {
                await connection.OpenAsync();
            }

            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        public Task CommitAsync() => ExecuteAsync("COMMIT");

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}

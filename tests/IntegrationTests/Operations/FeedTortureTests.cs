using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;
using Xunit.Abstractions;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>
/// The promises of the feed while the service and the database are killed. The variable <c>TORTURE_EVENTS</c> sets the number of events,
/// for example a million. By default the test is short.
/// </summary>
public sealed class FeedTortureTests(FragilePostgres postgres, ITestOutputHelper output) : IClassFixture<FragilePostgres>, IAsyncLifetime
{
    private const int Users = 300;
    private const int Groups = 20;
    private const int SqlWriters = 64;
    private const int HttpWriters = 4;

    private static readonly int Events =
        int.Parse(Environment.GetEnvironmentVariable("TORTURE_EVENTS") ?? "3000", CultureInfo.InvariantCulture);

    private static readonly int EventsBetweenKills = Math.Max(1000, Events / 100);

    private static readonly int ImportRows = Math.Max(200, Events / 300);

    private static readonly TimeSpan LongestWrite = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HeldOpen = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly EventCopy _copy = new();

    private ServiceProcess _service = null!;
    private int _applied;
    private int _kills;
    private volatile bool _isEnough;
    private volatile bool _isComplete;

    public async Task InitializeAsync()
    {
        _service = await ServiceProcess.StartAsync(postgres.ConnectionString);
        await postgres.ExecuteAsync(
            $"""
            INSERT INTO users (id, role) SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'viewer'
            FROM generate_series(1, {Users});
            INSERT INTO user_groups (id, name) SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'Group'
            FROM generate_series(1, {Groups})
            """);
    }

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task No_event_is_lost_repeated_or_misplaced_while_service_and_database_are_killed()
    {
        var following = FollowAsync();

        await Task.WhenAll(
        [
            KillAsync(following),
            .. Enumerable.Range(0, SqlWriters).Select(seed => RepeatAsync(random => WriteBySqlAsync(random), seed)),
            .. Enumerable.Range(SqlWriters, HttpWriters).Select(seed => RepeatAsync(WriteByHttpAsync, seed)),
            RepeatAsync(ImportAsync, -1),
            RepeatAsync(HoldOpenAsync, -2),
        ]);

        var last = (await SendAsync(client => client.PostAsJsonAsync("/user", new { first_name = "Last" })))!.AsObject().Id();
        await Eventually.BeAsync(() => Task.FromResult(_copy.HasUser(last) || following.IsFaulted), TimeLimit.OfWait);
        _isComplete = true;
        await following;
        _copy.MustEqual(await ExportAsync());
        output.WriteLine($"{_applied} events, {_kills} kills");
    }

    // Kills again as soon as the follower has made progress. Also decides when it is enough.
    private async Task KillAsync(Task following)
    {
        while (Volatile.Read(ref _applied) < Events && !following.IsFaulted)
        {
            if (Volatile.Read(ref _applied) < EventsBetweenKills * (_kills + 1))
            {
                await Task.Delay(AfterFailure);
            }
            else if (_kills++ % 2 == 0)
            {
                await _service.KillAsync();
                await _service.DisposeAsync();
                _service = await ServiceProcess.StartAsync(postgres.ConnectionString);
            }
            else
            {
                await postgres.KillAsync();
                await postgres.StartAsync();
            }
        }

        _isEnough = true;
    }

    // Repeats a read that failed. Pages have many sizes.
    private async Task FollowAsync()
    {
        var after = "";
        for (var limit = 1; !_isComplete; limit = (limit * 3 % 997) + 1)
        {
            if (await SendAsync(client => client.GetAsync($"/events?wait=1&limit={limit}{after}")) is { } page)
            {
                var events = page["results"]!.AsArray().Select(change => change!.AsObject()).ToList();
                _copy.Apply(events);
                after = $"&after={page["next"]}";
                Interlocked.Add(ref _applied, events.Count);
            }
        }
    }

    private async Task RepeatAsync(Func<Random, Task> writeAsync, int seed)
    {
        var random = new Random(seed);
        while (!_isEnough)
        {
            try
            {
                await writeAsync(random);
            }
            catch (NpgsqlException)
            {
                // The database was killed, or it ended a deadlock.
                await Task.Delay(AfterFailure);
            }
        }
    }

    // Locks the rows that it may change before its first change, groups first, as the feed requires of other programs.
    private async Task WriteBySqlAsync(Random random, TimeSpan? pause = null)
    {
        await using var connection = await postgres.ConnectAsync();
        for (var i = 0; i < 20 && !_isEnough; i++)
        {
            var name = $"{random.Next()}";
            await using var transaction = await connection.BeginTransactionAsync();
            await RunAsync(
                $"""
                CREATE TEMPORARY TABLE IF NOT EXISTS mine (kind text, id uuid);
                DELETE FROM pg_temp.mine;
                INSERT INTO pg_temp.mine
                SELECT 'group', id FROM user_groups ORDER BY hashtext(id::text || '{name}') LIMIT {random.Next(5) / 4};
                INSERT INTO pg_temp.mine SELECT 'user', id FROM users ORDER BY hashtext(id::text || '{name}') LIMIT 3;
                SELECT FROM user_groups WHERE id IN (SELECT id FROM pg_temp.mine) ORDER BY id FOR UPDATE;
                SELECT FROM users WHERE id IN (SELECT id FROM pg_temp.mine) ORDER BY id FOR UPDATE;
                UPDATE users SET first_name = '{name}' WHERE id IN (SELECT id FROM pg_temp.mine);
                SAVEPOINT a;
                INSERT INTO memberships (group_id, user_id)
                SELECT g.id, u.id FROM pg_temp.mine AS g, pg_temp.mine AS u WHERE g.kind = 'group' AND u.kind = 'user'
                ON CONFLICT DO NOTHING;
                UPDATE users SET last_name = '{name}' WHERE id IN (SELECT id FROM pg_temp.mine);
                {(random.Next(3) == 0 ? "ROLLBACK TO a" : "RELEASE a")};
                SAVEPOINT b;
                DELETE FROM memberships
                WHERE group_id IN (SELECT id FROM pg_temp.mine)
                    AND user_id = (SELECT max(id::text)::uuid FROM pg_temp.mine WHERE kind = 'user');
                INSERT INTO users (id, role, first_name)
                SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'viewer', '{name}' WHERE {random.Next(5)} = 0;
                {(random.Next(3) == 0 ? "ROLLBACK TO b" : "RELEASE b")}
                """);
            await Task.Delay(pause ?? LongestWrite * random.NextDouble());
            await (random.Next(10) == 0 ? transaction.RollbackAsync() : transaction.CommitAsync());

            async Task RunAsync(string sql)
            {
                await using var command = new NpgsqlCommand(sql, connection, transaction);
                await command.ExecuteNonQueryAsync();
            }
        }
    }

    private Task HoldOpenAsync(Random random) => WriteBySqlAsync(random, HeldOpen);

    private async Task WriteByHttpAsync(Random random)
    {
        var page = random.Next(1, Users / 20);
        var users = (await SendAsync(client => client.GetAsync($"/user?page_size=20&page={page}&fields=id")))?.AsObject().Ids() ?? [];
        var groups = (await SendAsync(client => client.GetAsync("/auth/group?page_size=20&fields=id")))?.AsObject().Ids() ?? [];
        if (users.Length == 0 || groups.Length == 0)
        {
            return;
        }

        var (user, group, name) = (users[random.Next(users.Length)], groups[random.Next(groups.Length)], $"{random.Next()}");
        await SendAsync(client => random.Next(4) switch
        {
            0 => client.PostAsJsonAsync("/user", new { first_name = name, user_groups = new[] { group } }),
            1 => client.PatchAsJsonAsync($"/user/{user}", new { last_name = name, user_groups = groups.Take(random.Next(4)) }),
            2 => client.PatchAsJsonAsync($"/auth/group/{group}", new { description = name, users = users.Take(random.Next(8)) }),
            _ => client.DeleteAsync($"/user/{user}"),
        });
    }

    private async Task ImportAsync(Random random)
    {
        var rows = Enumerable.Range(0, ImportRows).Select(_ => random.Next(ImportRows * 5)).Distinct()
            .Select(i => $"i{i}@example.org,{random.Next()},Imported {i % 3}");
        await SendAsync(client => client.PostAsync(
            "/user/import?create_groups=true",
            new StringContent(string.Join('\n', rows.Prepend("email,first_name,user_groups")), Encoding.UTF8, "text/csv")));
        await Task.Delay(HeldOpen);
    }

    private async Task<EventCopy> ExportAsync()
    {
        using var export = await _service.Client.GetAsync("/user/export?format=ndjson");
        var copy = new EventCopy();
        copy.Load([.. (await export.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!.AsObject())]);
        return copy;
    }

    // Null if the service or the database is gone, or refuses.
    private async Task<JsonNode?> SendAsync(Func<HttpClient, Task<HttpResponseMessage>> sendAsync)
    {
        try
        {
            using var answer = await sendAsync(_service.Client);
            var body = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode)
            {
                return answer.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(body) : null;
            }

            Assert.True((int)answer.StatusCode is 404 or 409 or 400 or 503, $"{answer.StatusCode} {body}");
        }
        catch (Exception exception)
            when (exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Tried again later.
        }

        await Task.Delay(AfterFailure);
        return null;
    }
}

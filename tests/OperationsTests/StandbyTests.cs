using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;

namespace CleanWorkspace.OperationsTests;

/// <summary>A primary and a streaming standby, each with an instance of the service, and the failover between them.</summary>
public sealed class StandbyTests : IAsyncLifetime
{
    private static readonly (string, string) Quiet = ("Serilog:MinimumLevel:Default", "Fatal");

    private readonly string _folder = Directory.CreateTempSubdirectory("workspace-standby-").FullName;
    private readonly List<IDisposable> _guards = [];
    private PrivatePostgresServer _primary = null!;
    private PrivatePostgresServer _standby = null!;

    public async Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            // The account of the servers must enter it.
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
        }

        _primary = await StartServerAsync("primary");
        // The standby is a copy, so it has the schema, too.
        await using (await TestService.StartAsync(_primary.ConnectionString, Quiet))
        {
        }

        var copy = Path.Combine(_folder, "standby");
        await Deploy.MustRunAsync(
            "pg_basebackup",
            ["--pgdata", Path.Combine(copy, "cluster"), "--checkpoint=fast", "--write-recovery-conf"],
            Deploy.VariablesOf(_primary.ConnectionString));
        await Deploy.AdoptClusterAsync(_primary.DataDirectory, copy);
        _standby = await StartServerAsync("standby");
    }

    public async Task DisposeAsync()
    {
        await _standby.DisposeAsync();
        await _primary.DisposeAsync();
        _guards.ForEach(guard => guard.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Drill("pg_basebackup")]
    public async Task A_standby_serves_reads_and_takes_over_without_a_lost_or_repeated_event()
    {
        var hosts = new NpgsqlConnectionStringBuilder(_primary.ConnectionString)
        {
            Host = $"127.0.0.1:{PortOf(_primary)},127.0.0.1:{PortOf(_standby)}",
            TargetSessionAttributes = "primary",
        }.ConnectionString;
        await using var writing = await TestService.StartAsync(hosts, Quiet);
        await using var reading = await TestService.StartAsync(_standby.ConnectionString, Quiet);
        await MustOnlyReadAsync(reading.Client);
        await MustExportExactlyAsync(writing.Client, reading.Client);
        await MustRefuseLongTokensAsync(writing.Client, reading.Client);

        // Tokens are used on the two instances by turns, and exports of both are continued.
        var follower = await ExportAsync(writing.Client, reading.Client, writing.Client);
        var onPrimary = await ExportAsync(writing.Client, writing.Client);
        var exports = new List<Follower>();
        using (var stop = new CancellationTokenSource())
        {
            var following = follower.FollowAsync(stop.Token);
            var writers = Enumerable.Range(0, 4).Select(seed => WriteAsync(writing.Client, seed)).ToList();
            for (var i = 1; i <= 6; i++)
            {
                await UntilAsync(() => follower.Count >= 20 * i || following.IsFaulted);
                exports.Add(await ExportAsync(i % 3 == 0 ? writing.Client : reading.Client, writing.Client, reading.Client));
            }

            await Task.WhenAll(writers);
            var last = await CreateUserAsync(writing.Client, "Last");
            await UntilAsync(() => follower.Created.Contains(last) || following.IsFaulted);
            await stop.CancelAsync();
            await following;
            foreach (var other in exports.Append(onPrimary))
            {
                await other.ReadUntilAsync(last);
                other.Copy.MustEqual(follower.Copy);
            }
        }

        // The standby has all writes so far. The next one does not reach it.
        await TestDatabase.ExecuteAsync(_standby.ConnectionString, "ALTER SYSTEM SET primary_conninfo = ''");
        await TestDatabase.ExecuteAsync(_standby.ConnectionString, "SELECT pg_reload_conf()");
        await Eventually.BeAsync(async () =>
            (long)(await TestDatabase.ExecuteAsync(_standby.ConnectionString, "SELECT count(*) FROM pg_stat_wal_receiver"))! == 0);
        var lost = new Follower(onPrimary.Next, writing.Client);
        await lost.ReadUntilAsync(await CreateUserAsync(writing.Client, "Lost"));
        Assert.Empty(await EventsAsync(reading.Client, lost.Next));
        var waiting = WaitForEndAsync(writing.Client, lost.Next);

        await KillAsync(_primary);
        Assert.Empty(await EventsAsync(reading.Client, follower.Next));
        await TestDatabase.ExecuteAsync(_standby.ConnectionString, "SELECT pg_promote()");

        // Nothing was restarted. Both instances serve the new primary.
        foreach (var client in new[] { reading.Client, writing.Client })
        {
            await Eventually.BeAsync(async () => (await GetAsync(client, "/healthz/ready")).Status == 200, TimeLimit.OfWait);
        }

        var created = new List<string>();
        foreach (var client in new[] { reading.Client, writing.Client })
        {
            var oldest = await MustBeGoneAsync(client, lost.Next);
            (await GetAsync(client, $"/events?after={oldest}&limit=1000")).MustBe(200);
            created.Add(await CreateUserAsync(client, "New"));
        }

        (await waiting.WithinLimitAsync()).MustBe(410);
        foreach (var (client, token) in new[] { (reading.Client, onPrimary.Next), (writing.Client, follower.Next) })
        {
            var later = new Follower(token, client);
            await later.ReadUntilAsync(created[^1]);
            Assert.Equal(created, later.Created);
        }

        await follower.ReadUntilAsync(created[^1]);
        follower.Copy.MustEqual((await ExportAsync(reading.Client)).Copy);
        Assert.DoesNotContain("\"Lost\"", (await GetAsync(reading.Client, "/user/export?format=ndjson")).Text, StringComparison.Ordinal);
    }

    // A standby answers reads, and refuses writes without a change.
    private static async Task MustOnlyReadAsync(HttpClient client)
    {
        (await GetAsync(client, "/healthz/ready")).MustBe(503);
        foreach (var path in new[] { "/healthz/live", "/user", "/auth/group", "/auth/audit", "/webhook", "/events", "/user/export" })
        {
            (await GetAsync(client, path)).MustBe(200);
        }

        var refused = (await Answer.OfAsync(client, HttpMethod.Post, "/user", new { first_name = "Ada" })).MustBe(503);
        Assert.Equal("database_unavailable", (string)refused.Json["code"]!);
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    // While a write runs on the primary, an export of the standby has the later writes that have ended.
    private async Task MustExportExactlyAsync(HttpClient writing, HttpClient reading)
    {
        var users = new[] { await CreateUserAsync(writing, "A"), await CreateUserAsync(writing, "B"), await CreateUserAsync(writing, "C") };
        await using var connection = new NpgsqlConnection(_primary.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var running = new NpgsqlCommand($"UPDATE users SET first_name = 'Running' WHERE id = '{users[0]}'", connection))
        {
            await running.ExecuteNonQueryAsync();
        }

        await RenameAsync(writing, users[1], "Before");
        await Eventually.BeAsync(async () =>
            (await GetAsync(reading, $"/user/{users[1]}")) is { Status: 200 } user && (string)user.Json["first_name"]! == "Before");
        var follower = await ExportAsync(reading, writing, reading);
        await transaction.CommitAsync();
        await RenameAsync(writing, users[2], "After");

        await follower.ReadUntilAsync(await CreateUserAsync(writing, "D"));

        Assert.Equal(new[] { users[0], users[2] }.Order(), follower.Updated.Order());
    }

    // On a standby, the token of an export names every part of a running transaction. It must not give out a token that it refuses.
    private async Task MustRefuseLongTokensAsync(HttpClient writing, HttpClient reading)
    {
        var user = await CreateUserAsync(writing, "A");
        await using var connection = new NpgsqlConnection(_primary.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var parts = new NpgsqlCommand(
            $"""
            DO $$
            BEGIN
                FOR i IN 1..1500 LOOP
                    BEGIN
                        UPDATE users SET first_name = i::text WHERE id = '{user}';
                    EXCEPTION WHEN division_by_zero THEN NULL;
                    END;
                END LOOP;
            END
            $$
            """,
            connection);
        await parts.ExecuteNonQueryAsync();
        // A snapshot ends at the last transaction that has ended.
        await CreateUserAsync(writing, "B");

        Answer? refused = null;
        await Eventually.BeAsync(async () => (refused = await GetAsync(reading, "/user/export")).Status == 503, TimeLimit.OfWait);
        Assert.Equal("too_many_writes", (string)refused!.Json["code"]!);
        (await GetAsync(writing, "/user/export")).MustBe(200);

        await transaction.RollbackAsync();
        await Eventually.BeAsync(async () => (await GetAsync(reading, "/user/export")).Status == 200, TimeLimit.OfWait);
    }

    // Creates, changes and deletes users and groups. Some requests are refused, which rolls back their transactions.
    private static async Task WriteAsync(HttpClient client, int seed)
    {
        var random = new Random(seed);
        var users = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{seed} {i}");
            switch (random.Next(5))
            {
                case 0 when users.Count > 0:
                    await RenameAsync(client, users[random.Next(users.Count)], name);
                    break;
                case 1 when users.Count > 3:
                    (await Answer.OfAsync(client, HttpMethod.Delete, $"/user/{users[0]}")).MustBe(204);
                    users.RemoveAt(0);
                    break;
                case 2:
                    (await Answer.OfAsync(client, HttpMethod.Post, "/auth/group", new { name, users })).MustBe(201);
                    break;
                case 3:
                    await Answer.OfAsync(client, HttpMethod.Post, "/user", new { email = "same@example.org" });
                    break;
                default:
                    users.Add(await CreateUserAsync(client, name));
                    break;
            }
        }
    }

    // Waits on the instance whose primary is killed. It must not get events of the other history.
    private static async Task<Answer> WaitForEndAsync(HttpClient client, string token)
    {
        while (true)
        {
            var answer = await GetAsync(client, $"/events?after={token}&wait=30");
            if (answer.Status is not (200 or 503))
            {
                return answer;
            }

            if (answer.Status == 200)
            {
                Assert.Empty(answer.Json["results"]!.AsArray());
            }

            await Task.Delay(100);
        }
    }

    // Returns the oldest usable token.
    private static async Task<string> MustBeGoneAsync(HttpClient client, string token)
    {
        await Eventually.BeAsync(async () => (await GetAsync(client, $"/events?after={token}")).Status == 410, TimeLimit.OfWait);
        var problem = (await GetAsync(client, $"/events?after={token}")).MustBe(410).Json;
        Assert.Equal("epoch_changed", (string)problem["code"]!);
        return ((string)problem["detail"]!).Split("The oldest usable token is ")[1].TrimEnd('.');
    }

    // Exports the directory, and returns a follower that continues from there at the other clients.
    private static async Task<Follower> ExportAsync(HttpClient client, params HttpClient[] followed)
    {
        var copy = new EventCopy();
        var token = copy.Load((await GetAsync(client, "/user/export?format=ndjson")).MustBe(200).Lines);
        return new Follower(token, followed) { Copy = copy };
    }

    private static async Task<IEnumerable<JsonNode?>> EventsAsync(HttpClient client, string after) =>
        (await GetAsync(client, $"/events?after={after}")).MustBe(200).Json["results"]!.AsArray();

    private static async Task<string> CreateUserAsync(HttpClient client, string name) =>
        (await Answer.OfAsync(client, HttpMethod.Post, "/user", new { first_name = name })).MustBe(201).Json.Id();

    private static async Task RenameAsync(HttpClient client, string user, string name) =>
        (await Answer.OfAsync(client, HttpMethod.Patch, $"/user/{user}", new { first_name = name })).MustBe(200);

    private static Task<Answer> GetAsync(HttpClient client, string path) => Answer.OfAsync(client, HttpMethod.Get, path);

    // Waits while a follower runs.
    private static Task UntilAsync(Func<bool> isSo) => Eventually.BeAsync(() => Task.FromResult(isSo()), TimeLimit.OfWait);

    private static int PortOf(PrivatePostgresServer server) => new NpgsqlConnectionStringBuilder(server.ConnectionString).Port;

    private static async Task KillAsync(PrivatePostgresServer server)
    {
        var id = (await File.ReadAllLinesAsync(Path.Combine(server.DataDirectory, "cluster", "postmaster.pid")))[0];
        using var process = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
        process.Kill();
        await server.DisposeAsync();
    }

    private async Task<PrivatePostgresServer> StartServerAsync(string name)
    {
        var folder = Path.Combine(_folder, name);
        _guards.Add(KillGuard.OfServer(folder));
        return await PrivatePostgresServer.StartAsync(folder);
    }

    /// <summary>A client that follows the feed, at several instances by turns.</summary>
    private sealed class Follower(string next, params HttpClient[] clients)
    {
        private readonly ConcurrentQueue<JsonObject> _events = [];
        private int _reads;

        /// <summary>The token to continue with.</summary>
        public string Next { get; private set; } = next;

        /// <summary>A copy that applies the events. It fails if one is missing or repeated.</summary>
        public EventCopy Copy { get; init; } = new();

        /// <summary>The number of events so far.</summary>
        public int Count => _events.Count;

        /// <summary>The ids of new users.</summary>
        public IEnumerable<string> Created => IdsOf("user.created");

        /// <summary>The ids of changed users.</summary>
        public IEnumerable<string> Updated => IdsOf("user.updated");

        /// <summary>Follows until it is stopped.</summary>
        public async Task FollowAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                await ReadAsync();
            }
        }

        /// <summary>Follows up to the creation of the user.</summary>
        public Task ReadUntilAsync(string user) => Eventually.BeAsync(
            async () =>
            {
                await ReadAsync();
                return Created.Contains(user);
            },
            TimeLimit.OfWait);

        private async Task ReadAsync()
        {
            var page = (await GetAsync(clients[_reads++ % clients.Length], $"/events?after={Next}&wait=1&limit=7")).MustBe(200).Json;
            Next = (string)page["next"]!;
            foreach (var change in page["results"]!.AsArray().Select(change => change!.AsObject()))
            {
                Copy.Apply([change]);
                _events.Enqueue(change);
            }
        }

        private IEnumerable<string> IdsOf(string type) =>
            _events.Where(change => change.Type() == type).Select(change => change.ResourceId());
    }
}

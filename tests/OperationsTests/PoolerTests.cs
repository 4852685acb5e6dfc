using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;

namespace CleanWorkspace.OperationsTests;

/// <summary>The service behind PgBouncer in transaction mode, without prepared statements of the protocol.</summary>
public sealed class PoolerTests : IAsyncLifetime
{
    private const string NewUsers = "email,first_name,user_groups\n";

    private static readonly (string, string) Pooler = ("Database:Pooler", "transaction");
    private static readonly (string, string)[] Open = [Pooler, ("Webhooks:AllowedNetworks", "127.0.0.0/8;::1/128")];

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Drill("pgbouncer")]
    public async Task Everything_works_at_once_and_nothing_outlives_its_transaction()
    {
        await using var pooler = await PgBouncer.StartAsync(_database.ConnectionString);
        await using (var receiver = await WebhookReceiver.StartAsync())
        await using (var service = await TestService.StartAsync(pooler.ConnectionString, Open))
        {
            using var answers = new RecordingHandler();
            using var client = new HttpClient(answers) { BaseAddress = service.Client.BaseAddress, Timeout = TimeLimit.OfWait };
            await service.CreateWebhookAsync(receiver.Url);
            var after = (string)(await GetAsync(client, "/events?after=now")).Json["next"]!;
            using var end = new CancellationTokenSource();
            await using var load = await Load.StartAsync(client);
            var reads = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReadEverythingAsync(client, end.Token)));
            await load.ProceedAsync(100);

            await ImportAsync(client);
            await RunJobAsync(client);
            await ExportAsync(client);
            await WriteKeyAsync(client);
            await DeleteAsync(client);
            await load.ProceedAsync(100);

            await end.CancelAsync();
            await reads.WithinLimitAsync();
            await load.StopAsync();
            var created = await FollowAsync(client, after);
            await receiver.UntilAsync(() => created.All(id => receiver.Accepted.Contains(id)));
            Assert.Empty(answers.Failures);
            await _database.MustCountRightAsync();
            await MustLeaveNothingAsync(pooler);
        }
    }

    [Drill("pgbouncer")]
    public async Task An_interrupted_import_does_not_keep_out_the_next_one()
    {
        await using var pooler = await PgBouncer.StartAsync(_database.ConnectionString);
        await using var service = await TestService.StartAsync(pooler.ConnectionString, Open);
        using (await BeginImportAsync(service.Client))
        {
            // The client goes away.
        }

        await Eventually.BeAsync(async () => (await ImportAsync(service.Client, "ada@example.org,Ada,\n")).Status == 200);

        await using var other = await ServiceProcess.StartAsync(pooler.ConnectionString, ("Database__Pooler", "transaction"));
        using var client = await BeginImportAsync(other.Client);
        (await ImportAsync(service.Client, "alan@example.org,Alan,\n")).MustBe(409);
        await other.KillAsync();

        await Eventually.BeAsync(async () => (await ImportAsync(service.Client, "alan@example.org,Alan,\n")).Status == 200);
        Assert.Equal(2L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Drill("pgbouncer")]
    public async Task A_job_of_a_killed_instance_runs_again()
    {
        const string Row = "ada@example.org,Ada,\n";
        await using var pooler = await PgBouncer.StartAsync(_database.ConnectionString);
        Answer accepted;
        await using (var killed = await ServiceProcess.StartAsync(pooler.ConnectionString, ("Database__Pooler", "transaction")))
        {
            (await ImportAsync(killed.Client, "ada@example.org,Augusta,\n")).MustBe(200);
            await using var turn = await ImportTurn.LockUsersAsync(_database.ConnectionString);
            accepted = await ImportAsync(killed.Client, Row, "async=true");
            var path = accepted.MustBe(202).Headers.Location!.AbsolutePath;
            // The state and the progress are visible while the import is one long transaction.
            await Eventually.BeAsync(async () =>
                (await GetAsync(killed.Client, path)).MustBe(200).Json is var job && $"{job["state"]} {job["rows_read"]}" == "running 1");
            await killed.KillAsync();
        }

        await using var service = await TestService.StartAsync(pooler.ConnectionString, Open);
        Assert.Equal("succeeded 0 1 0", await WaitForJobAsync(service.Client, accepted));
        Assert.Equal("Ada 2", await _database.ExecuteAsync("SELECT format('%s %s', first_name, attempts) FROM users, import_jobs"));
    }

    [Drill("pgbouncer")]
    public async Task The_command_line_works()
    {
        await using var pooler = await PgBouncer.StartAsync(_database.ConnectionString);
        var folder = Directory.CreateTempSubdirectory("workspace-drill-").FullName;
        try
        {
            var (users, copy) = (Path.Combine(folder, "users.csv"), Path.Combine(folder, "copy.csv"));
            await File.WriteAllTextAsync(users, $"{NewUsers}ada@example.org,Ada,Analysts\n");
            string[][] commands =
            [
                ["migrate"], ["keys", "create", "--name", "ops", "--role", "admin"], ["import", users, "--create-groups"], ["export", copy],
            ];
            foreach (var command in commands)
            {
                var run = await ProgramRun.OfAsync(
                    command, ("ConnectionStrings__Workspace", pooler.ConnectionString), ("Database__Pooler", "transaction"));
                Assert.True(run.ExitCode == 0, $"{string.Join(' ', command)}: {run}");
            }

            Assert.Contains("ada@example.org,Ada,", await File.ReadAllTextAsync(copy), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Drill("pgbouncer")]
    public async Task A_start_without_the_setting_is_refused_only_in_transaction_mode()
    {
        await using (var pooler = await PgBouncer.StartAsync(_database.ConnectionString))
        {
            var run = await ProgramRun.OfAsync([], ("ConnectionStrings__Workspace", pooler.ConnectionString));

            Assert.Equal(1, run.ExitCode);
            Assert.Equal(
                "A connection pooler in transaction mode, such as PgBouncer, is in front of PostgreSQL: set Database__Pooler=transaction.",
                run.Error.Trim());
            Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"));
        }

        await using var sessions = await PgBouncer.StartAsync(_database.ConnectionString, "pool_mode = session");
        var migration = await ProgramRun.OfAsync(["migrate"], ("ConnectionStrings__Workspace", sessions.ConnectionString));
        Assert.True(migration.ExitCode == 0, $"{migration}");
    }

    [Drill("pgbouncer")]
    public async Task A_pooler_with_too_many_clients_is_503_and_the_answer_says_what_to_change()
    {
        await using var pooler = await PgBouncer.StartAsync(_database.ConnectionString, "max_client_conn = 20");
        await using var service = await TestService.StartAsync(
            pooler.ConnectionString, Pooler, ("Serilog:MinimumLevel:Default", "Fatal"));
        var connections = new List<NpgsqlConnection>();
        try
        {
            await FillAsync(pooler, connections);

            Answer? refused = null;
            await Eventually.BeAsync(async () =>
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => GetAsync(service.Client, "/user?page_size=1")));
                return (refused = Array.Find(answers, answer => answer.Status == 503)) is not null;
            });

            Assert.Equal("too_many_connections", (string)refused!.Json["code"]!);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Contains("Raise max_client_conn of PgBouncer", (string)refused.Json["detail"]!, StringComparison.Ordinal);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        await Eventually.BeAsync(async () => (await GetAsync(service.Client, "/healthz/ready")).Status == 200);
    }

    [Drill("pgbouncer")]
    public async Task A_request_that_waits_too_long_in_the_pooler_is_503_and_the_answer_says_what_to_change()
    {
        await using var pooler = await PgBouncer.StartAsync(_database.ConnectionString, "query_wait_timeout = 1");
        await using var service = await TestService.StartAsync(
            pooler.ConnectionString, Pooler, ("Serilog:MinimumLevel:Default", "Fatal"));
        var connections = new List<NpgsqlConnection>();
        try
        {
            await Eventually.BeAsync(async () => await OccupyAsync(pooler, connections) == 5, TimeLimit.OfWait);

            // The probe of the service waits, too. So the service also takes the database for silent at times.
            Answer? refused = null;
            await Eventually.BeAsync(
                async () =>
                {
                    var answer = await GetAsync(service.Client, "/user?page_size=1");
                    Assert.Equal(503, answer.Status);
                    Assert.NotNull(answer.Headers.RetryAfter);
                    return (string)(refused = answer).Json["code"]! == "too_many_connections";
                },
                TimeLimit.OfWait);

            Assert.Contains("Raise default_pool_size of PgBouncer", (string)refused!.Json["detail"]!, StringComparison.Ordinal);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        await Eventually.BeAsync(async () => (await GetAsync(service.Client, "/healthz/ready")).Status == 200);
    }

    private static NpgsqlConnection ConnectionTo(PgBouncer pooler) =>
        new(new NpgsqlConnectionStringBuilder(pooler.ConnectionString) { Pooling = false }.ConnectionString);

    // Keeps one more connection of the pooler to the server, if it has a free one. Returns the number of all that are kept.
    private static async Task<int> OccupyAsync(PgBouncer pooler, List<NpgsqlConnection> connections)
    {
        var connection = ConnectionTo(pooler);
        try
        {
            await connection.OpenAsync();
            await using var begin = new NpgsqlCommand("BEGIN; SELECT pg_backend_pid()", connection);
            await begin.ExecuteScalarAsync();
            connections.Add(connection);
        }
        catch (NpgsqlException)
        {
            // It waited longer than query_wait_timeout.
            await connection.DisposeAsync();
        }

        return connections.Count;
    }

    // Opens connections until the pooler refuses them.
    private static async Task FillAsync(PgBouncer pooler, List<NpgsqlConnection> connections)
    {
        try
        {
            while (true)
            {
                var connection = ConnectionTo(pooler);
                connections.Add(connection);
                await connection.OpenAsync();
            }
        }
        catch (PostgresException)
        {
            // The pooler has no more connections.
        }
    }

    // A fault of the statements shows as an answer of another operation, or as a 500.
    private static async Task ReadEverythingAsync(HttpClient client, CancellationToken end)
    {
        var users = (await GetAsync(client, "/user?page_size=4")).Ids();
        while (!end.IsCancellationRequested)
        {
            foreach (var user in users)
            {
                Assert.Equal(user, (await GetAsync(client, $"/user/{user}")).MustBe(200).Json.Id());
                Assert.Contains(user, (await GetAsync(client, $"/user?id={user}")).Ids());
                (await GetAsync(client, $"/user/{user}/groups?page_size=2")).MustShow("icon");
            }

            (await GetAsync(client, "/user?q=ada&page_size=2")).MustShow("email");
            (await GetAsync(client, "/auth/group?page_size=2&sort=-name")).MustShow("icon");
            (await GetAsync(client, "/auth/audit?page_size=2")).MustShow("actor");
            (await GetAsync(client, "/webhook")).MustShow("url");
            (await GetAsync(client, "/healthz/ready")).MustBe(200);
        }
    }

    private static async Task ImportAsync(HttpClient client)
    {
        var rows = string.Concat(Enumerable.Range(0, 60).Select(i => $"u{i}@example.org,U{i},G{i % 7}\n"));
        (await ImportAsync(client, rows)).MustBe(422);
        Assert.Equal(60, Created((await ImportAsync(client, rows, "create_groups=true&dry_run=true")).MustBe(200)));
        // The first import of a connection leaves no temporary table to the second one.
        Assert.Equal(60, Created((await ImportAsync(client, rows, "create_groups=true")).MustBe(200)));
        Assert.Equal(0, Created((await ImportAsync(client, rows)).MustBe(200)));

        var partial = (await ImportAsync(client, "p@example.org,P,\nnobody,N,\n", "partial=true")).MustBe(200);
        Assert.Equal(1, Created(partial));
        Assert.Equal(3, (int)partial.Lines[0]["line"]!);
    }

    private static int Created(Answer report) => (int)report.Lines[^1]["created"]!;

    private static async Task RunJobAsync(HttpClient client)
    {
        var rows = string.Concat(Enumerable.Range(0, 60).Select(i => $"j{i}@example.org,J{i},\n"));
        Assert.Equal("succeeded 60 0 0", await WaitForJobAsync(client, await ImportAsync(client, rows, "async=true")));
        Assert.Equal("refused 0 0 1", await WaitForJobAsync(client, await ImportAsync(client, "nobody,N,\n", "async=true")));
    }

    // Returns the state, and the numbers of users that were created, changed and refused.
    private static async Task<string> WaitForJobAsync(HttpClient client, Answer accepted)
    {
        var path = accepted.MustBe(202).Headers.Location!.AbsolutePath;
        JsonObject job = [];
        await Eventually.BeAsync(
            async () => (job = (await GetAsync(client, path)).MustBe(200).Json)["ended_at"] is not null, TimeLimit.OfWait);
        var result = job["result"]!;
        return $"{job["state"]} {result["created"]} {result["updated"]} {result["refused"]}";
    }

    private static async Task ExportAsync(HttpClient client)
    {
        var csv = (await GetAsync(client, "/user/export?format=csv")).MustBe(200);
        Assert.Contains("u1@example.org,U1,", csv.Text, StringComparison.Ordinal);
        Assert.Equal("events", (string)(await GetAsync(client, "/user/export?format=ndjson")).MustBe(200).Lines[^1]["resource"]!);
    }

    private static async Task WriteKeyAsync(HttpClient client)
    {
        var key = (await SendAsync(client, HttpMethod.Post, "/auth/key", new { name = "ops", role = "viewer" })).MustBe(201).Json.Id();
        (await SendAsync(client, HttpMethod.Patch, $"/auth/key/{key}", new { name = "Operators" })).MustBe(200);
        (await SendAsync(client, HttpMethod.Delete, $"/auth/key/{key}")).MustBe(204);
    }

    private static async Task DeleteAsync(HttpClient client)
    {
        var answer = await SendAsync(client, HttpMethod.Post, "/user/delete", ToCsv("email\nu1@example.org\nu2@example.org\n"));
        Assert.Equal(2, (int)answer.MustBe(200).Lines[^1]["deleted"]!);
    }

    // Returns the ids of the events about new users. The last one is of a user that this method creates.
    private static async Task<IReadOnlyList<string>> FollowAsync(HttpClient client, string after)
    {
        var last = (await SendAsync(client, HttpMethod.Post, "/user", new { first_name = "Last" })).MustBe(201).Json.Id();
        var created = new List<JsonObject>();
        while (created.LastOrDefault()?.ResourceId() != last)
        {
            var page = (await GetAsync(client, $"/events?after={after}&types=user.created&wait=5")).MustBe(200).Json;
            after = (string)page["next"]!;
            created.AddRange(page["results"]!.AsArray().Select(change => change!.AsObject()));
        }

        return [.. created.Select(change => (string)change["id"]!)];
    }

    // Looks at all connections of the pooler but one, which the service needs.
    private async Task MustLeaveNothingAsync(PgBouncer pooler)
    {
        await Eventually.BeAsync(async () => (await _database.ExecuteAsync(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """)) is 0L);
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM pg_class WHERE relpersistence = 't'"));
        const string State = """
            SELECT concat_ws(' ', current_setting('work_mem'), current_setting('jit'), current_setting('plan_cache_mode'),
                current_setting('idle_in_transaction_session_timeout'), (SELECT count(*) FROM pg_prepared_statements),
                nullif(current_setting('workspace.write', true), ''))
            """;
        var fresh = await _database.ExecuteAsync(State);
        var settings = new NpgsqlConnectionStringBuilder(pooler.ConnectionString) { Pooling = false }.ConnectionString;
        var connections = Enumerable.Range(0, 4).Select(_ => new NpgsqlConnection(settings)).ToList();
        foreach (var connection in connections)
        {
            await connection.OpenAsync();
            // The transaction keeps its connection of the pooler, so the next one gets another.
            await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand(State, connection);
            Assert.Equal(fresh, await command.ExecuteScalarAsync());
        }

        connections.ForEach(connection => connection.Dispose());
    }

    // Begins an import whose file does not end, and waits until it has its turn.
    private async Task<TcpClient> BeginImportAsync(HttpClient client)
    {
        var import = await RawHttp.BeginAsync(
            client.BaseAddress!,
            "POST /user/import HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 99\r\n\r\n"
            + "email\nada@example.org\n");
        await Eventually.BeAsync(async () => (await _database.ExecuteAsync(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND objsubid = 1 AND granted
            """)) is 1L);
        return import;
    }

    private static Task<Answer> ImportAsync(HttpClient client, string rows, string query = "") =>
        SendAsync(client, HttpMethod.Post, $"/user/import?{query}", ToCsv(NewUsers + rows));

    private static ByteArrayContent ToCsv(string text)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return content;
    }

    private static Task<Answer> GetAsync(HttpClient client, string path) => SendAsync(client, HttpMethod.Get, path);

    private static Task<Answer> SendAsync(HttpClient client, HttpMethod method, string path, object? body = null) =>
        body is HttpContent content
            ? Answer.OfAsync(client, new HttpRequestMessage(method, path) { Content = content })
            : Answer.OfAsync(client, method, path, body);

    /// <summary>Remembers every answer with a status of 500 or more.</summary>
    private sealed class RecordingHandler() : DelegatingHandler(new SocketsHttpHandler { UseCookies = false })
    {
        public ConcurrentQueue<string> Failures { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode >= 500)
            {
                var body = await response.Content.ReadAsStringAsync(cancellationToken);
                Failures.Enqueue($"{request.Method} {request.RequestUri}: {(int)response.StatusCode} {body}");
            }

            return response;
        }
    }
}

/// <summary>The results of lists.</summary>
internal static class ListAnswers
{
    /// <summary>Returns the ids of the results.</summary>
    public static IReadOnlyList<string> Ids(this Answer answer) =>
        [.. answer.MustBe(200).Json["results"]!.AsArray().Select(row => row!.AsObject().Id())];

    /// <summary>Fails unless the list has results with this property.</summary>
    public static void MustShow(this Answer answer, string property)
    {
        var results = answer.MustBe(200).Json["results"]!.AsArray();
        Assert.All(results, row => Assert.True(row!.AsObject().ContainsKey(property), $"{answer.Path}: {row}"));
    }
}

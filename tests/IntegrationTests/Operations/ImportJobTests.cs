using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Import jobs when clients leave and instances stop.</summary>
public sealed class ImportJobTests : IAsyncLifetime
{
    private const string File = "email,first_name\nada@example.org,Augusta\ngrace@example.org,Grace\n";

    private const string CountStored = "SELECT (SELECT count(*) FROM import_jobs) || ' ' || (SELECT count(*) FROM import_job_chunks)";

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_job_whose_instance_is_killed_runs_again_from_the_start()
    {
        string path;
        await using (var killed = await ServiceProcess.StartAsync(_database.ConnectionString))
        {
            await CreateAdaAsync(killed.Client);
            await using var users = await ImportTurn.LockUsersAsync(_database.ConnectionString);
            path = await StartAsync(killed.Client, File);
            await BeRunningAsync(killed.Client, path);

            await killed.KillAsync();
        }

        Assert.Equal("running", await _database.ExecuteAsync("SELECT state FROM import_jobs"));
        Assert.Equal(1L, await _database.ExecuteAsync("SELECT count(*) FROM users WHERE first_name = 'Ada'"));

        await using var next = await TestService.StartAsync(_database.ConnectionString);

        await MustHaveImportedOnceAsync(await WaitAsync(next.Client, path));
    }

    [Fact]
    public async Task A_job_whose_instance_is_killed_after_the_commit_is_not_run_again()
    {
        string path;
        await using (var killed = await ServiceProcess.StartAsync(_database.ConnectionString))
        {
            await CreateAdaAsync(killed.Client);
            // The import stores its result in its transaction. Later the worker ends the job. The trigger makes this second write wait.
            await _database.ExecuteAsync(
                """
                CREATE FUNCTION hold_report() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$;
                CREATE TRIGGER tr_test BEFORE UPDATE ON import_jobs FOR EACH ROW
                    WHEN (OLD.result IS NOT NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION hold_report()
                """);
            await using var report = await ImportTurn.BeginAsync(_database.ConnectionString, "SELECT pg_advisory_xact_lock(7)");
            path = await StartAsync(killed.Client, File);
            await Eventually.BeAsync(async () => await _database.ExecuteAsync(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'") is 1L);

            await killed.KillAsync();

            await _database.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'");
        }

        await _database.ExecuteAsync("DROP FUNCTION hold_report CASCADE");
        Assert.Equal("1 1", await _database.ExecuteAsync(CountStored));

        await using var next = await TestService.StartAsync(_database.ConnectionString);

        var job = await WaitAsync(next.Client, path);
        Assert.Null(job["report"]);
        await Eventually.BeAsync(async () => (string)(await _database.ExecuteAsync(CountStored))! == "1 0");
        await StartAndWaitAsync(next.Client, "email\nlater@example.org\n");
        await _database.ExecuteAsync("DELETE FROM users WHERE email = 'later@example.org'");
        await MustHaveImportedOnceAsync(job, imports: 2);
    }

    [Fact]
    public async Task Jobs_wait_while_the_service_is_stopped_and_go_on_in_their_order()
    {
        var (first, second) = ("", "");
        var users = await StartStoppedAsync();
        Assert.Equal("waiting waiting", await _database.ExecuteAsync("SELECT string_agg(state, ' ') FROM import_jobs"));
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT sum(attempts) FROM import_jobs"));
        await users.DisposeAsync();

        await using var next = await TestService.StartAsync(_database.ConnectionString);

        var jobs = new[] { await WaitAsync(next.Client, first), await WaitAsync(next.Client, second) };
        Assert.All(jobs, job => Assert.Equal("succeeded", (string)job["state"]!));
        Assert.True(string.CompareOrdinal((string)jobs[0]["ended_at"]!, (string)jobs[1]["started_at"]!) <= 0);
        Assert.Equal("Second", await _database.ExecuteAsync("SELECT first_name FROM users WHERE email = 'ada@example.org'"));

        async Task<ImportTurn> StartStoppedAsync()
        {
            await using var stopped = await TestService.StartAsync(_database.ConnectionString);
            await CreateAdaAsync(stopped.Client);
            var locked = await ImportTurn.LockUsersAsync(_database.ConnectionString);
            first = await StartAsync(stopped.Client, File);
            second = await StartAsync(stopped.Client, "email,first_name\nada@example.org,Second\n");
            await BeRunningAsync(stopped.Client, first);
            return locked;
        }
    }

    [Fact]
    public async Task Of_two_instances_one_runs_a_job()
    {
        await using var one = await TestService.StartAsync(_database.ConnectionString);
        await using var other = await TestService.StartAsync(_database.ConnectionString);

        var paths = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            paths.Add(await StartAsync((i % 2 == 0 ? one : other).Client, $"email,first_name\nada@example.org,{i}\n"));
        }

        foreach (var path in paths)
        {
            Assert.Equal("succeeded", (string)(await WaitAsync(other.Client, path))["state"]!);
        }

        Assert.Equal(6L, await _database.ExecuteAsync("SELECT sum(attempts) FROM import_jobs"));
        Assert.Equal("5", await _database.ExecuteAsync("SELECT first_name FROM users"));
        Assert.Equal(6L, await _database.ExecuteAsync("SELECT count(*) FROM audit_entries WHERE resource = 'imports'"));
    }

    [Fact]
    public async Task A_job_that_is_interrupted_again_and_again_fails_and_lets_the_next_one_run()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        string interrupted;
        await using (await ImportTurn.TakeAsync(_database.ConnectionString))
        {
            interrupted = await StartAsync(service.Client, File);
            await _database.ExecuteAsync("UPDATE import_jobs SET state = 'running', attempts = 5");
        }

        var job = await WaitAsync(service.Client, interrupted);
        Assert.Equal(("failed", "import_interrupted"), ((string)job["state"]!, (string)job["failure"]!["code"]!));
        Assert.Equal("succeeded", (string)(await StartAndWaitAsync(service.Client, "email\nalan@example.org\n"))["state"]!);
        Assert.Equal(1L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task A_job_goes_on_when_its_client_is_gone()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        await using (await ImportTurn.TakeAsync(_database.ConnectionString))
        {
            using var client = await SendAsync(service, File, File.Length);
            using var reader = new StreamReader(client.GetStream());
            Assert.StartsWith("HTTP/1.1 202 ", await reader.ReadLineAsync().WithinLimitAsync(), StringComparison.Ordinal);
        }

        await Eventually.BeAsync(async () => await _database.ExecuteAsync("SELECT state FROM import_jobs") is "succeeded");
        Assert.Equal(2L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task A_client_that_leaves_while_it_sends_leaves_nothing_behind()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        using (await SendAsync(service, File + new string('\n', 200_000), 1_000_000))
        {
            await Eventually.BeAsync(async () => await CountArrivalsAsync() == 1);
        }

        await Eventually.BeAsync(async () => await CountArrivalsAsync() == 0);
        Assert.Equal("0 0", await _database.ExecuteAsync(CountStored));
        await StartAndWaitAsync(service.Client, File);
    }

    [Fact]
    public async Task Files_of_jobs_that_arrive_slowly_are_limited()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        var slow = new List<TcpClient>();
        for (var i = 0; i < 4; i++)
        {
            slow.Add(await SendAsync(service, File, 1_000_000));
        }

        await Eventually.BeAsync(async () => await CountArrivalsAsync() == 4);

        var refused = await PostAsync(service.Client, File);
        Assert.Equal("too_many_imports", (string)refused.MustBe(503).Json["code"]!);
        Assert.NotNull(refused.Headers.RetryAfter);
        slow.ForEach(client => client.Dispose());
        await Eventually.BeAsync(async () => (await PostAsync(service.Client, File)).Status == 202);
    }

    [Fact]
    public async Task Waiting_jobs_are_limited()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        await using var turn = await ImportTurn.TakeAsync(_database.ConnectionString);
        await _database.ExecuteAsync(
            """
            INSERT INTO import_jobs (id, actor, operation, input)
            SELECT gen_random_uuid(), 'test', 'Users_import', '{}' FROM generate_series(1, 99)
            """);

        (await PostAsync(service.Client, File)).MustBe(202);
        Assert.Equal("too_many_imports", (string)(await PostAsync(service.Client, File)).MustBe(503).Json["code"]!);

        Assert.Equal("100 1", await _database.ExecuteAsync(CountStored));
        await _database.ExecuteAsync("DELETE FROM import_jobs");
    }

    [Fact]
    public async Task Jobs_are_deleted_7_days_after_their_end()
    {
        await using (var service = await TestService.StartAsync(_database.ConnectionString))
        {
            await StartAndWaitAsync(service.Client, File);
        }

        await _database.ExecuteAsync("UPDATE import_jobs SET ended_at = now() - interval '7 days 1 minute'");
        await _database.ExecuteAsync(
            """
            INSERT INTO import_jobs (id, actor, operation, input, state, created_at, ended_at)
            VALUES (gen_random_uuid(), 'test', 'Users_import', '{}', 'failed', now() - interval '8 days', now() - interval '6 days')
            """);

        await using var next = await TestService.StartAsync(_database.ConnectionString);

        await Eventually.BeAsync(async () => await _database.ExecuteAsync("SELECT count(*) FROM import_jobs") is 1L);
        Assert.Equal("failed", await _database.ExecuteAsync("SELECT state FROM import_jobs"));
        Assert.Equal(2L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
    }

    private static Task<Answer> PostAsync(HttpClient client, string file) =>
        Answer.OfAsync(client, new HttpRequestMessage(HttpMethod.Post, "/user/import?async=true")
        {
            Content = ServiceFixture.ToFile(Encoding.UTF8.GetBytes(file), "text/csv"),
        });

    // Sends a file from a client that does not wait for the answer.
    private static async Task<TcpClient> SendAsync(TestService service, string file, int length)
    {
        var client = new TcpClient();
        var address = service.Client.BaseAddress!;
        await client.ConnectAsync(address.Host, address.Port).WithinLimitAsync();
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(
            "POST /user/import?async=true HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
            + $"Content-Length: {length}\r\n\r\n{file}"));
        return client;
    }

    private static async Task CreateAdaAsync(HttpClient client) =>
        (await Answer.OfAsync(client, HttpMethod.Post, "/user", new { email = "ada@example.org", first_name = "Ada" })).MustBe(201);

    private static async Task<string> StartAsync(HttpClient client, string file) =>
        (await PostAsync(client, file)).MustBe(202).Headers.Location!.AbsolutePath;

    private static async Task<JsonObject> ReadAsync(HttpClient client, string path)
    {
        var job = (await Answer.OfAsync(client, HttpMethod.Get, path)).MustBe(200).Json;
        Contract.VerifyImportJob(job);
        return job;
    }

    private static Task BeRunningAsync(HttpClient client, string path) =>
        Eventually.BeAsync(async () => (long)(await ReadAsync(client, path))["rows_read"]! > 0);

    private static async Task<JsonObject> WaitAsync(HttpClient client, string path)
    {
        JsonObject job = [];
        await Eventually.BeAsync(async () => (job = await ReadAsync(client, path))["ended_at"] is not null, TimeLimit.OfWait, path);
        return job;
    }

    private static async Task<JsonObject> StartAndWaitAsync(HttpClient client, string file) =>
        await WaitAsync(client, await StartAsync(client, file));

    private async Task<long> CountArrivalsAsync() => (long)(await _database.ExecuteAsync(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY import_job_chunks%'"))!;

    private async Task MustHaveImportedOnceAsync(JsonObject job, long imports = 1)
    {
        Assert.Equal("succeeded", (string)job["state"]!);
        Assert.Equal((1, 1), ((int)job["result"]!["created"]!, (int)job["result"]!["updated"]!));
        Assert.Equal("Augusta Grace", await _database.ExecuteAsync("SELECT string_agg(first_name, ' ' ORDER BY first_name) FROM users"));
        Assert.Equal(2L, await _database.ExecuteAsync("SELECT version FROM users WHERE email = 'ada@example.org'"));
        Assert.Equal(imports, await _database.ExecuteAsync("SELECT count(*) FROM audit_entries WHERE resource = 'imports'"));
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM import_job_chunks"));
    }
}

using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Xunit.Abstractions;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Answers and stored data when the database, the service or a client goes away.</summary>
public sealed class FaultTests(FragilePostgres postgres, ITestOutputHelper output) : IClassFixture<FragilePostgres>
{
    private const string AnyList = "/user?page_size=1";

    // The promise is two seconds. A machine under load gets more time.
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(4);

    // After this time a cached key is stale.
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(5);

    private static readonly (string, string) Closed = ("Authentication:Required", "true");

    [Fact]
    public async Task No_acknowledged_write_is_lost_when_the_database_stops_or_is_killed()
    {
        await using var service = await StartServiceAsync();
        await using var load = await Load.StartAsync(service.Client);
        await load.ProceedAsync(100);

        foreach (var endAsync in new[] { postgres.StopAsync, postgres.KillAsync })
        {
            await endAsync();

            await AssertGoneAsync(service.Client);
            await postgres.StartAsync();
            await load.ProceedAsync(100);
            await Eventually.BeAsync(async () => await StatusAsync(service.Client, "/healthz/ready") == 200);
        }

        await load.StopAsync();
        output.WriteLine($"{load.Acknowledged} writes acknowledged; slowest answer {load.Longest.TotalMilliseconds:0} ms");
        Assert.InRange(load.Longest, TimeSpan.Zero, Prompt);
        await load.VerifyAsync(postgres);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_request_waits_for_a_silent_database_and_no_acknowledged_write_is_lost(bool hasLost)
    {
        await using var service = await StartServiceAsync();
        await using var load = await Load.StartAsync(service.Client);
        await load.ProceedAsync(100);

        postgres.FallSilent();
        try
        {
            // More requests than the pool has connections.
            await Task.WhenAll(Enumerable.Range(0, 80).Select(i =>
                AssertUnavailableAsync(service.Client, i % 2 == 0 ? AnyList : $"/user/{Bodies.UnknownId}")));
            await AssertGoneAsync(service.Client);
            await Task.Delay(TimeSpan.FromSeconds(3));
            await AssertGoneAsync(service.Client);
        }
        finally
        {
            postgres.Speak(hasLost);
        }

        await load.ProceedAsync(100);
        await Eventually.BeAsync(async () => await StatusAsync(service.Client, "/healthz/ready") == 200);
        await load.StopAsync();
        output.WriteLine($"{load.Acknowledged} writes acknowledged; slowest answer {load.Longest.TotalMilliseconds:0} ms");
        Assert.InRange(load.Longest, TimeSpan.Zero, Prompt);
        await load.VerifyAsync(postgres);
    }

    [Fact]
    public async Task Requests_with_a_key_do_not_wait_for_a_silent_database()
    {
        var clock = new ShiftedClock();
        await using var service = await TestService.StartAsync(postgres.ConnectionString, clock, Closed);
        var (known, unknown) = (service.Client, service.Stranger);
        await UseKeyAsync(known, service);
        await UseKeyAsync(unknown, service);
        Assert.Equal(200, await StatusAsync(known, "/user"));

        postgres.FallSilent();
        try
        {
            clock.Advance(Stale);
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AssertUnavailableAsync(known)));
            foreach (var client in new[] { known, unknown })
            {
                await AssertGoneAsync(client);
                Assert.Equal(404, await StatusAsync(client, "/nowhere"));
                Assert.Equal(200, await StatusAsync(client, "/swagger/v1/swagger.json"));
            }
        }
        finally
        {
            postgres.Speak(hasLost: true);
        }

        await Eventually.BeAsync(async () => await StatusAsync(known, "/user") == 200);
        await Eventually.BeAsync(async () => await StatusAsync(unknown, "/user") == 200);
    }

    [Fact]
    public async Task A_dead_connection_delays_the_look_up_of_a_key_only_briefly()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var service = await TestService.StartAsync(database.ConnectionString, Closed);
        await UseKeyAsync(service.Client, service);
        await LoseFirstReadingAsync(database);

        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => StatusAsync(service.Client, "/user")));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Prompt);
        Assert.All(answers, status => Assert.Equal(200, status));
    }

    [Fact]
    public async Task A_request_waits_for_its_key_no_longer_than_its_time_limit()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var service = await TestService.StartAsync(database.ConnectionString, Closed, ("Requests:TimeoutSeconds", "1"));
        await UseKeyAsync(service.Client, service);
        await LoseFirstReadingAsync(database);

        var watch = Stopwatch.StartNew();

        Assert.Equal(504, await StatusAsync(service.Client, "/user"));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Prompt);
    }

    [Fact]
    public async Task A_write_waits_for_another_write_while_the_database_answers()
    {
        await using var service = await StartServiceAsync();
        var user = await CreateUserAsync(service.Client);
        await using var turn = await HoldAsync(user);
        var write = PatchAsync(service.Client, user, "Grace", CancellationToken.None);

        await Task.Delay(TimeSpan.FromSeconds(5));

        Assert.False(write.IsCompleted);
        await turn.DisposeAsync();
        Assert.Equal(200, await write);
    }

    [Fact]
    public async Task The_end_of_a_client_cancels_its_query_and_its_write()
    {
        await using var service = await StartServiceAsync();
        var user = await CreateUserAsync(service.Client);
        await using var turn = await HoldAsync(user);
        using var client = new CancellationTokenSource();
        var write = PatchAsync(service.Client, user, "Grace", client.Token);
        await Eventually.BeAsync(async () => await CountWaitingAsync() == 1);

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await Eventually.BeAsync(async () => await CountWaitingAsync() == 0);
        await turn.DisposeAsync();
        Assert.Equal("Ada", await NameOfAsync(user));
        Assert.Equal(200, await PatchAsync(service.Client, user, "Grace", CancellationToken.None));
    }

    [Fact]
    public async Task A_killed_service_leaves_no_half_done_write()
    {
        await using var service = await ServiceProcess.StartAsync(postgres.ConnectionString);
        await using var load = await Load.StartAsync(service.Client);
        await load.ProceedAsync(100);

        await service.KillAsync();

        await load.StopAsync();
        await Eventually.BeAsync(async () => await CountConnectionsAsync() == 0);
        await load.VerifyAsync(postgres);
        await using var next = await StartServiceAsync();
        await CreateUserAsync(next.Client);
    }

    [Fact]
    public async Task A_stopping_service_finishes_its_requests_and_accepts_no_new_ones()
    {
        if (OperatingSystem.IsWindows())
        {
            // Windows has no SIGTERM.
            return;
        }

        await using var service = await ServiceProcess.StartAsync(postgres.ConnectionString);
        var user = await CreateUserAsync(service.Client);
        await using var turn = await HoldAsync(user);
        var write = PatchAsync(service.Client, user, "Grace", CancellationToken.None);
        await Eventually.BeAsync(async () => await CountWaitingAsync() == 1);

        await service.TerminateAsync();

        await Eventually.BeAsync(() => IsRefusedAsync(service.Client.BaseAddress!));
        Assert.False(write.IsCompleted);
        await turn.DisposeAsync();
        Assert.Equal(200, await write);
        Assert.Equal(0, await service.WaitForExitAsync());
        Assert.Equal("Grace", await NameOfAsync(user));
    }

    [Fact]
    public async Task A_stopping_service_is_not_ready()
    {
        await using var service = await StartServiceAsync();
        Assert.Equal(200, await StatusAsync(service.Client, "/healthz/ready"));

        var answers = Task.FromResult<int[]>([]);
        var lifetime = service.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStopping.Register(() =>
        {
            // Delays the stop, so that the service still answers on its open connections.
            answers = Task.WhenAll(StatusAsync(service.Client, "/healthz/ready"), StatusAsync(service.Client, "/healthz/live"));
            answers.Wait(TimeLimit.OfChange);
        });

        lifetime.StopApplication();

        Assert.Equal("503 200", string.Join(' ', await answers));
    }

    [Fact]
    public async Task A_stopping_service_waits_no_longer_than_configured()
    {
        if (OperatingSystem.IsWindows())
        {
            // Windows has no SIGTERM.
            return;
        }

        await using var service = await ServiceProcess.StartAsync(postgres.ConnectionString, ("Shutdown__Seconds", "1"));
        var user = await CreateUserAsync(service.Client);
        await using var turn = await HoldAsync(user);
        var write = PatchAsync(service.Client, user, "Grace", CancellationToken.None);
        await Eventually.BeAsync(async () => await CountWaitingAsync() == 1);

        await service.TerminateAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => write);
        await service.WaitForExitAsync();
        await Eventually.BeAsync(async () => await CountWaitingAsync() == 0);
        await turn.DisposeAsync();
        Assert.Equal("Ada", await NameOfAsync(user));
    }

    [Fact]
    public async Task Several_hosts_without_an_answer_are_as_unavailable_as_one()
    {
        var one = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        var several = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Host = $"127.0.0.1:{one.Port},127.0.0.1:1" };
        await using var service = await TestService.StartAsync(several.ConnectionString, ("Serilog:MinimumLevel:Default", "Fatal"));
        await CreateUserAsync(service.Client);

        await postgres.StopAsync();
        try
        {
            for (var i = 0; i < 20; i++)
            {
                await AssertGoneAsync(service.Client);
            }
        }
        finally
        {
            await postgres.StartAsync();
        }

        await Eventually.BeAsync(async () => await StatusAsync(service.Client, "/healthz/ready") == 200);
        await CreateUserAsync(service.Client);
    }

    [Fact]
    public async Task A_start_waits_for_one_of_several_hosts()
    {
        await using (await StartServiceAsync())
        {
            // The schema exists afterwards.
        }

        var several = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        several.Host = $"127.0.0.1:1,127.0.0.1:{several.Port}";
        await postgres.StopAsync();
        var run = ProgramRun.OfAsync(["migrate"], ("ConnectionStrings__Workspace", several.ConnectionString));
        // Long enough for a first attempt.
        await Task.Delay(TimeSpan.FromSeconds(3));

        await postgres.StartAsync();

        Assert.True((await run).ExitCode == 0, $"{await run}");
        Assert.Contains("waiting up to", (await run).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_killed_during_the_first_migration_is_awaited()
    {
        await postgres.ExecuteAsync("CREATE DATABASE slow_migration");
        var slow = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "slow_migration" }.ConnectionString;
        await TestDatabase.ExecuteAsync(
            slow,
            """
            CREATE FUNCTION pause() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); END';
            CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('CREATE TRIGGER') EXECUTE FUNCTION pause();
            """);
        var run = ProgramRun.OfAsync(["migrate"], ("ConnectionStrings__Workspace", slow));
        await Eventually.BeAsync(async () =>
            (long)(await postgres.ExecuteAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))! == 1);

        await postgres.KillAsync();
        await postgres.StartAsync();

        Assert.True((await run).ExitCode == 0, $"{await run}");
        Assert.Equal(0L, await TestDatabase.ExecuteAsync(slow, "SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task A_read_only_database_is_not_ready_and_refuses_writes_only()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var service = await TestService.StartAsync(database.ConnectionString, ("Serilog:MinimumLevel:Default", "Fatal"));
        var user = await CreateUserAsync(service.Client);

        await SetReadOnlyAsync(database, "SET default_transaction_read_only = on");

        await Eventually.BeAsync(async () =>
            await StatusAsync(service.Client, AnyList) == 200 && await StatusAsync(service.Client, "/healthz/ready") == 503);
        (HttpMethod, string, HttpContent?)[] writes =
        [
            (HttpMethod.Post, "/user", ServiceFixture.ToContent(new { first_name = "Grace" })),
            (HttpMethod.Patch, $"/user/{user}", ServiceFixture.ToContent(new { first_name = "Grace" })),
            (HttpMethod.Delete, $"/user/{user}", null),
            (HttpMethod.Post, "/auth/group", ServiceFixture.ToContent(new { name = "Board" })),
            (HttpMethod.Post, "/auth/key", ServiceFixture.ToContent(new { name = "sync", role = "viewer" })),
            (HttpMethod.Post, "/user/import", new StringContent("first_name\nGrace\n", new MediaTypeHeaderValue("text/csv"))),
        ];
        foreach (var (method, path, content) in writes)
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var response = await service.Client.SendAsync(request);
            var answer = (await Answer.ReadAsync(request, response)).MustBe(503);
            Assert.Equal("database_unavailable", (string)answer.Json["code"]!);
        }

        await SetReadOnlyAsync(database, "RESET default_transaction_read_only");
        await Eventually.BeAsync(async () => await StatusAsync(service.Client, "/healthz/ready") == 200);
        await Eventually.BeAsync(async () =>
            await PatchAsync(service.Client, user, "Grace", CancellationToken.None) == 200);
    }

    // The service would log thousands of answers 503.
    private Task<TestService> StartServiceAsync() =>
        TestService.StartAsync(postgres.ConnectionString, ("Serilog:MinimumLevel:Default", "Fatal"));

    private static async Task UseKeyAsync(HttpClient client, TestService service) =>
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await service.CreateTokenAsync("viewer"));

    /// <summary>Makes the first read of a key get no answer, as on a dead connection to a live server.</summary>
    private static async Task LoseFirstReadingAsync(TestDatabase database) => await database.ExecuteAsync(
        """
        ALTER TABLE api_keys RENAME TO stored_keys;
        CREATE SEQUENCE readings;
        CREATE VIEW api_keys AS SELECT * FROM stored_keys
            WHERE CASE WHEN nextval('readings') = 1 THEN pg_sleep(20) IS NOT NULL ELSE true END;
        """);

    private static async Task SetReadOnlyAsync(TestDatabase database, string setting) => await database.ExecuteAsync(
        $"""
        SET transaction_read_only = off;
        DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {setting}', current_database()); END $$;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
        """);

    private static async Task AssertGoneAsync(HttpClient client)
    {
        await AssertUnavailableAsync(client);
        Assert.Equal(503, await StatusAsync(client, "/healthz/ready"));
        Assert.Equal(200, await StatusAsync(client, "/healthz/live"));
    }

    private static async Task AssertUnavailableAsync(HttpClient client, string path = AnyList)
    {
        var watch = Stopwatch.StartNew();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await client.SendAsync(request);
        var answer = (await Answer.ReadAsync(request, response)).MustBe(503);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Prompt);
        Contract.VerifyProblem(answer);
        Assert.Equal("database_unavailable", (string)answer.Json["code"]!);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (int)response.StatusCode;
    }

    private static async Task<string> CreateUserAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/user")
        {
            Content = ServiceFixture.ToContent(new { first_name = "Ada" }),
        };
        using var response = await client.SendAsync(request);
        return (await Answer.ReadAsync(request, response)).MustBe(201).Json.Id();
    }

    private static async Task<int> PatchAsync(HttpClient client, string user, string name, CancellationToken cancellationToken)
    {
        using var content = ServiceFixture.ToContent(new { first_name = name });
        using var response = await client.PatchAsync(new Uri($"/user/{user}", UriKind.Relative), content, cancellationToken);
        return (int)response.StatusCode;
    }

    private static async Task<bool> IsRefusedAsync(Uri address)
    {
        using var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync(address.Host, address.Port).WithinLimitAsync();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>Locks the user. Writes of it wait until the connection is disposed.</summary>
    private async Task<NpgsqlConnection> HoldAsync(string user)
    {
        var connection = await postgres.ConnectAsync();
        await using var command = new NpgsqlCommand($"BEGIN; SELECT FROM users WHERE id = '{user}' FOR UPDATE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task<string> NameOfAsync(string user) =>
        (string)(await postgres.ExecuteAsync($"SELECT first_name FROM users WHERE id = '{user}'"))!;

    private Task<long> CountWaitingAsync() => CountConnectionsAsync("AND wait_event_type = 'Lock'");

    private async Task<long> CountConnectionsAsync(string which = "") => (long)(await postgres.ExecuteAsync(
        $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'CleanWorkspace' {which}"))!;
}

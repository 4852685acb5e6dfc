using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Answers and readiness while the disk of the database is full. Triggers raise what PostgreSQL raises then.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private TestService _service = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _service = await TestService.StartAsync(_database.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("53100", "could not extend file \"base/5/16384\": No space left on device")]
    [InlineData("58030", "could not write block 7 of temporary file: No space left on device")]
    public async Task Writes_say_what_to_do_reads_work_and_the_service_is_ready_again_after_a_write_succeeds(string state, string message)
    {
        Assert.Equal(200, await StatusAsync("/healthz/ready"));
        await _database.ExecuteAsync(
            $"""
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = '{message}'; END $$;
            CREATE TRIGGER fill BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION fill();
            CREATE TRIGGER fill BEFORE INSERT ON idempotency_records FOR EACH ROW EXECUTE FUNCTION fill();
            CREATE TRIGGER fill BEFORE INSERT ON api_keys FOR EACH ROW EXECUTE FUNCTION fill();
            """);

        foreach (var (path, body) in new[] { ("/user", """{"first_name":"Ada"}"""), ("/auth/key", """{"name":"x","role":"viewer"}""") })
        {
            var answer = (await SendAsync(HttpMethod.Post, path, body)).MustBe(503);
            Contract.VerifyProblem(answer);
            Assert.Equal("database_full", (string)answer.Json["code"]!);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Equal(503, await StatusAsync("/healthz/ready"));
        }

        var readiness = (await SendAsync(HttpMethod.Get, "/healthz/ready")).MustBe(503);
        Assert.Equal("The disk of the database is full. Free space on it, or make it larger.", readiness.Text);
        Assert.Equal(200, await StatusAsync("/healthz/live"));
        Assert.Equal(200, await StatusAsync("/user"));

        await _database.ExecuteAsync("DROP FUNCTION fill CASCADE");

        Assert.Equal("Healthy", (await SendAsync(HttpMethod.Get, "/healthz/ready")).MustBe(200).Text);
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM idempotency_records"));
        (await SendAsync(HttpMethod.Post, "/user", """{"first_name":"Ada"}""")).MustBe(201);
    }

    [Theory]
    [InlineData("58030", "could not read block 7: Input/output error", 503, "database_unavailable")]
    [InlineData("53200", "out of memory", 503, "database_unavailable")]
    [InlineData("XX000", "cache lookup failed", 500, "internal_error")]
    public async Task Other_faults_of_the_server_are_no_full_disk(string state, string message, int status, string code)
    {
        await _database.ExecuteAsync(
            $"""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = '{message}'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION fail();
            """);

        var answer = (await SendAsync(HttpMethod.Post, "/user", """{"first_name":"Ada"}""")).MustBe(status);

        Assert.Equal(code, (string)answer.Json["code"]!);
        Assert.Equal(200, await StatusAsync("/healthz/ready"));
    }

    private async Task<int> StatusAsync(string path)
    {
        using var answer = await _service.Client.GetAsync(new Uri(path, UriKind.Relative));
        return (int)answer.StatusCode;
    }

    private Task<Answer> SendAsync(HttpMethod method, string path, string? body = null) =>
        Answer.OfAsync(_service.Client, method, path, body);
}

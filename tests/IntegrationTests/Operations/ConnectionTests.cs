using System.Text.Json.Nodes;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>The number of connections to the database: the formula, the warning, and the answers without a free connection.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const string AnyList = "/user?page_size=1";

    private static readonly (string, string) Quiet = ("Serilog:MinimumLevel:Default", "Fatal");

    private readonly string _log = Path.Combine(Path.GetTempPath(), $"workspace-log-{Guid.NewGuid():N}.json");
    private readonly string _role = $"tenant_{Guid.NewGuid():N}";

    private TestDatabase _database = null!;

    // The limits of connections do not apply to superusers.
    private NpgsqlConnectionStringBuilder Tenant => new(_database.ConnectionString) { Username = _role, Password = "tenant" };

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        await _database.ExecuteAsync(
            $"""
            CREATE ROLE {_role} LOGIN PASSWORD 'tenant';
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO {_role}', current_database()); END $$
            """);
    }

    public async Task DisposeAsync()
    {
        await _database.ExecuteAsync($"REASSIGN OWNED BY {_role} TO CURRENT_USER; DROP OWNED BY {_role}; DROP ROLE {_role}");
        await _database.DisposeAsync();
        File.Delete(_log);
    }

    [Fact]
    public async Task An_instance_opens_the_connections_of_the_formula()
    {
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 3 };
        await using var service = await TestService.StartAsync(settings.ConnectionString);
        var address = service.Client.BaseAddress!;
        string[] paths = ["/user/import", .. Enumerable.Repeat("/user/import?async=true", 4)];
        var clients = await Task.WhenAll(paths.Select(path => RawHttp.BeginAsync(
            address, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 100\r\n\r\nemail\n")));
        try
        {
            await Eventually.BeAsync(
                async () =>
                {
                    await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(service)));
                    return "3 5 1" == (string)(await _database.ExecuteAsync(
                        """
                        SELECT format('%s %s %s',
                            count(*) FILTER (WHERE application_name = 'CleanWorkspace'),
                            count(*) FILTER (WHERE application_name = 'CleanWorkspace import'),
                            count(*) FILTER (WHERE application_name = 'CleanWorkspace liveness'))
                        FROM pg_stat_activity WHERE datname = current_database()
                        """))!;
                },
                TimeLimit.OfWait);
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }

        Assert.Equal(3 + 5 + 1, service.Services.GetRequiredService<ConnectionCheck>().MaxConnections);
    }

    [Theory]
    [InlineData(45, true)]
    [InlineData(46, false)]
    public async Task A_start_warns_if_the_instance_can_open_more_connections_than_allowed(int limit, bool warns)
    {
        await LimitAsync(limit);
        var settings = Tenant;
        settings.Remove("Maximum Pool Size");

        await using (await TestService.StartAsync(
            settings.ConnectionString,
            ("Serilog:MinimumLevel:Default", "Warning"),
            ("Serilog:WriteTo:0:Name", "File"),
            ("Serilog:WriteTo:0:Args:path", _log),
            ("Serilog:WriteTo:0:Args:formatter", "Serilog.Formatting.Compact.CompactJsonFormatter, Serilog.Formatting.Compact")))
        {
            // The log is complete when the service has ended.
        }

        var warnings = (File.Exists(_log) ? await File.ReadAllLinesAsync(_log) : [])
            .Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["Subject"] == "connections")
            .Select(line => ((string)line["Finding"]!).Split(". ")[0]);
        const string Warning =
            "This instance can open 46 connections to the database, but the CONNECTION LIMIT of the role allows 45";
        Assert.Equal(warns ? [Warning] : [], warnings);
    }

    [Fact]
    public async Task A_request_that_the_server_gives_no_connection_is_503_and_says_what_to_change()
    {
        await using var service = await TestService.StartAsync(Tenant.ConnectionString, Quiet);
        await LimitAsync(0);
        await _database.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{_role}'");

        Answer answer = null!;
        await Eventually.BeAsync(async () => IsFull(answer = await AskAsync(service)));

        MustAdvise(answer, "Raise max_connections of PostgreSQL");
        await LimitAsync(-1);
        await Eventually.BeAsync(async () => (await AskAsync(service)).Status == 200);
    }

    [Fact]
    public async Task A_request_that_gets_no_connection_of_the_pool_is_503_and_says_what_to_change()
    {
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 3, Timeout = 1 };
        await using var service = await TestService.StartAsync(settings.ConnectionString, Quiet);
        var user = (await SendAsync(service, HttpMethod.Post, "/user", new { first_name = "Ada" })).MustBe(201).Json.Id();
        List<Task<Answer>> writes;
        await using (await ImportTurn.LockUsersAsync(_database.ConnectionString))
        {
            var body = new { first_name = "Grace" };
            writes = [.. Enumerable.Range(0, 6).Select(_ => SendAsync(service, HttpMethod.Patch, $"/user/{user}", body))];

            await Eventually.BeAsync(() => Task.FromResult(writes.Count(write => write.IsCompleted) >= 3));

            Assert.All(writes.FindAll(write => write.IsCompleted), write => MustAdvise(write.Result, "Raise Maximum Pool Size"));
        }

        Assert.Contains(await Task.WhenAll(writes), answer => answer.Status == 200);
    }

    private static bool IsFull(Answer answer) => answer.Status == 503 && (string)answer.Json["code"]! == "too_many_connections";

    private static void MustAdvise(Answer answer, string advice)
    {
        Assert.True(IsFull(answer), $"{answer}");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains(advice, (string)answer.Json["detail"]!, StringComparison.Ordinal);
    }

    private static Task<Answer> AskAsync(TestService service) => SendAsync(service, HttpMethod.Get, AnyList);

    private static Task<Answer> SendAsync(TestService service, HttpMethod method, string path, object? body = null) =>
        Answer.OfAsync(service.Client, method, path, body);

    private Task<object?> LimitAsync(int count) => _database.ExecuteAsync($"ALTER ROLE {_role} CONNECTION LIMIT {count}");
}

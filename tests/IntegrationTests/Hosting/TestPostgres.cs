using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;
using Testcontainers.PostgreSql;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// The PostgreSQL server of a test run, started by the first test that needs it: the one that <c>TEST_DATABASE</c> names,
/// else a container, else the private server that the service itself brings. Never another engine, never none.
/// </summary>
internal static class TestPostgres
{
    private const string Image = "postgres:17-alpine";

    // Long enough to fetch the image once over a slow line.
    private static readonly TimeSpan ContainerPatience = TimeSpan.FromSeconds(90);

    private static readonly Lazy<Task<Server>> Current = new(StartAsync);

    /// <summary>Says once, to whoever watches the run, which server it is.</summary>
    public static Action<string> Announce { get; set; } = Console.WriteLine;

    /// <summary>A new, empty database.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync() =>
        await TestDatabase.CreateAsync((await Current.Value).ConnectionString);

    /// <summary>Stops what was started for this run, if anything was.</summary>
    public static async Task StopAsync()
    {
        if (Current is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await Current.Value).StopAsync();
        }
    }

    private static async Task<Server> StartAsync()
    {
        var server = Environment.GetEnvironmentVariable("TEST_DATABASE") is { Length: > 0 } given
            ? UseGiven(given)
            : await StartContainerOrPrivateServerAsync();
        Announce($"The tests run on {server.Description}.");
        return server;
    }

    private static Server UseGiven(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return new Server(
            connectionString, $"the PostgreSQL of TEST_DATABASE, {settings.Host}:{settings.Port}", () => Task.CompletedTask);
    }

    private static async Task<Server> StartContainerOrPrivateServerAsync()
    {
        try
        {
            return await StartContainerAsync();
        }
        catch (Exception exception)
        {
            // Whatever keeps a container from starting (no engine, no image, no reaper, no time), there is another way.
            var reason = exception.GetBaseException().Message.Split('\n')[0].Trim().TrimEnd('.');
            return await StartPrivateServerAsync(reason);
        }
    }

    private static async Task<Server> StartContainerAsync()
    {
        using var patience = new CancellationTokenSource(ContainerPatience);
        // The connections of several services at once need more than the server's default.
        var container = new PostgreSqlBuilder(Image).WithCommand("-c", "max_connections=300").Build();
        try
        {
            await container.StartAsync(patience.Token);
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }

        return new Server(container.GetConnectionString(), $"a container of {Image}", () => container.DisposeAsync().AsTask());
    }

    private static async Task<Server> StartPrivateServerAsync(string whyNoContainer)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"workspace-tests-{Guid.NewGuid():N}");
        var postgres = await PrivatePostgresServer.StartAsync(folder, durable: false);
        return new Server(
            postgres.ConnectionString,
            $"a private PostgreSQL in {folder} (no container: {whyNoContainer})",
            async () =>
            {
                await postgres.DisposeAsync();
                Directory.Delete(folder, recursive: true);
            });
    }

    private sealed record Server(string ConnectionString, string Description, Func<Task> StopAsync);
}

using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;
using Testcontainers.PostgreSql;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// The PostgreSQL server of a test run. The first test that needs it starts it. It is the server that <c>TEST_DATABASE</c> names,
/// else a container, else the private server of the service. Tests never run on another engine and are never skipped.
/// </summary>
internal static class TestPostgres
{
    private const string Image = "postgres:17-alpine";

    // Enough to fetch the image once over a slow line.
    private static readonly TimeSpan ContainerLimit = TimeSpan.FromSeconds(90);

    private static readonly Lazy<Task<Server>> Current = new(StartAsync);

    /// <summary>Receives one line that names the server.</summary>
    public static Action<string> Announce { get; set; } = Console.WriteLine;

    /// <summary>Creates an empty database.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync() =>
        await TestDatabase.CreateAsync((await Current.Value).ConnectionString);

    /// <summary>Stops the server if this run started it.</summary>
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
            // There are many reasons: no engine, no image, no time. The private server needs none of these.
            var reason = exception.GetBaseException().Message.Split('\n')[0].Trim().TrimEnd('.');
            return await StartPrivateServerAsync(reason);
        }
    }

    private static async Task<Server> StartContainerAsync()
    {
        using var limit = new CancellationTokenSource(ContainerLimit);
        // Several services run at the same time, and together they open more connections than the server's default.
        var container = new PostgreSqlBuilder(Image).WithCommand("-c", "max_connections=300").Build();
        try
        {
            await container.StartAsync(limit.Token);
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
        var guard = KillGuard.OfServer(folder);
        var postgres = await PrivatePostgresServer.StartAsync(folder, durable: false);
        return new Server(
            postgres.ConnectionString,
            $"a private PostgreSQL in {folder} (no container: {whyNoContainer})",
            async () =>
            {
                await postgres.DisposeAsync();
                Directory.Delete(folder, recursive: true);
                guard.Dispose();
            });
    }

    private sealed record Server(string ConnectionString, string Description, Func<Task> StopAsync);
}

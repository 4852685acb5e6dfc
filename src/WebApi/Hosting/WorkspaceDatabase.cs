using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// Which database the service works on: the configured server or, in Development with none configured, a private one that
/// the service starts and stops itself.
/// </summary>
internal sealed class WorkspaceDatabase : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly EmbeddedPostgres? _embedded;
    private readonly bool _migrateOnStart;

    private WorkspaceDatabase(string connectionString, EmbeddedPostgres? embedded, bool migrateOnStart)
    {
        ConnectionString = connectionString;
        _embedded = embedded;
        _migrateOnStart = migrateOnStart;
    }

    /// <summary>How to reach the database. May hold a password: never log it.</summary>
    public string ConnectionString { get; }

    /// <summary>Where the data are, for people; without secrets.</summary>
    public string Location
    {
        get
        {
            var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
            return _embedded?.DataDirectory ?? $"PostgreSQL at {settings.Host}:{settings.Port}, database {settings.Database}";
        }
    }

    public static async Task<WorkspaceDatabase> OpenAsync(
        IConfiguration configuration, IHostEnvironment environment, CancellationToken cancellationToken)
    {
        if (!bool.TryParse(configuration["Database:MigrateOnStart"] ?? "true", out var migrateOnStart))
        {
            throw new StartFailure("Database__MigrateOnStart must be true or false.");
        }

        if (configuration.GetConnectionString("Workspace") is { Length: > 0 } connectionString)
        {
            CheckConnectionString(connectionString);
            return new WorkspaceDatabase(connectionString, null, migrateOnStart);
        }

        if (!environment.IsDevelopment())
        {
            throw new StartFailure(
                $"""
                No database is configured. Outside Development (this is {environment.EnvironmentName}) the service does not start one itself.
                Set ConnectionStrings__Workspace to a PostgreSQL 15 or later, such as
                  Host=db.example.org;Database=workspace;Username=workspace;Password=...
                or run the service with its database by: docker compose up --build --wait
                """);
        }

        var folder = configuration["Database:DataDirectory"] is { Length: > 0 } configured ? configured : EmbeddedPostgres.DefaultDataDirectory;
        var embedded = await EmbeddedPostgres.StartAsync(folder, cancellationToken: cancellationToken);
        return new WorkspaceDatabase(embedded.ConnectionString, embedded, migrateOnStart);
    }

    /// <summary>Applies the migrations that the database lacks, waiting a while for a server that is still starting.</summary>
    public static async Task MigrateAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var migrator = app.Services.GetRequiredService<DatabaseMigrator>();
        var applied = await WaitForServerAsync(app, migrator.MigrateAsync, cancellationToken);
        app.Logger.LogInformation("The database is up to date; migrations applied: {Count}", applied.Count);
    }

    /// <summary>Makes the database ready to serve, or says that it is not where the operator keeps that to themselves.</summary>
    public async Task PrepareAsync(WebApplication app, CancellationToken cancellationToken)
    {
        if (_migrateOnStart)
        {
            await MigrateAsync(app, cancellationToken);
            return;
        }

        var migrator = app.Services.GetRequiredService<DatabaseMigrator>();
        var pending = await WaitForServerAsync(app, migrator.FindPendingAsync, cancellationToken);
        if (pending.Count > 0)
        {
            app.Logger.LogWarning(
                "The database lacks {Count} migrations, and Database__MigrateOnStart is false: run this program with the argument migrate",
                pending.Count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }

    private static void CheckConnectionString(string connectionString)
    {
        const string Name = "ConnectionStrings__Workspace";
        try
        {
            if (new NpgsqlConnectionStringBuilder(connectionString).Host is null or "")
            {
                throw new StartFailure($"{Name} names no server: it lacks Host=...");
            }
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            throw new StartFailure($"{Name} is no valid connection string: {exception.Message}");
        }
    }

    private static async Task<T> WaitForServerAsync<T>(
        WebApplication app, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var deadline = DateTime.UtcNow + Patience;
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return await action(cancellationToken);
            }
            catch (Exception exception) when (StartFailure.IsDatabaseStarting(exception) && DateTime.UtcNow < deadline)
            {
                if (isFirst)
                {
                    app.Logger.LogWarning("The database does not answer yet; waiting up to {Seconds} s for it", Patience.TotalSeconds);
                }

                await Task.Delay(RetryDelay, cancellationToken);
            }
        }
    }
}

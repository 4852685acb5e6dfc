using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// The database of the service: the configured server or, in Development without a configured server, a private one that the
/// program starts and stops itself.
/// </summary>
internal sealed class WorkspaceDatabase : IAsyncDisposable
{
    /// <summary>The message if the settings do not name a pooler.</summary>
    public const string UnknownPooler =
        "A connection pooler in transaction mode, such as PgBouncer, is in front of PostgreSQL: set Database__Pooler=transaction.";

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly PrivatePostgresServer? _privateServer;
    private readonly bool _migrateOnStart;

    private WorkspaceDatabase(string connectionString, bool hasPooler, PrivatePostgresServer? privateServer, bool migrateOnStart)
    {
        ConnectionString = connectionString;
        HasPooler = hasPooler;
        _privateServer = privateServer;
        _migrateOnStart = migrateOnStart;
    }

    /// <summary>The connection string. It may contain a password: do not log it.</summary>
    public string ConnectionString { get; }

    /// <summary>True if a pooler in transaction mode, such as PgBouncer, is in front of the server.</summary>
    public bool HasPooler { get; }

    /// <summary>The location of the data, for people. It contains no secrets.</summary>
    public string Location
    {
        get
        {
            var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
            // Each of several hosts can have a port of its own.
            var server = settings.Host!.Contains(':', StringComparison.Ordinal) ? settings.Host : $"{settings.Host}:{settings.Port}";
            return _privateServer?.DataDirectory ?? $"PostgreSQL at {server}, database {settings.Database}";
        }
    }

    /// <summary>Opens the database for the service. A private server may have one service only.</summary>
    public static Task<WorkspaceDatabase> OpenForServiceAsync(WebApplicationBuilder builder, CancellationToken cancellationToken) =>
        OpenAsync(builder, folder => PrivatePostgresServer.StartAsync(folder, cancellationToken: cancellationToken));

    /// <summary>Opens the database for a command. The command shares a private server with the service if that runs.</summary>
    public static Task<WorkspaceDatabase> OpenForCommandAsync(WebApplicationBuilder builder, CancellationToken cancellationToken) =>
        OpenAsync(builder, folder => PrivatePostgresServer.JoinAsync(folder, cancellationToken: cancellationToken));

    /// <summary>Applies the missing migrations. Waits for a server that is still starting.</summary>
    public static async Task MigrateAsync(WebApplication app, CancellationToken cancellationToken)
    {
        await RefuseUnknownPoolerAsync(app, cancellationToken);
        var migrator = app.Services.GetRequiredService<DatabaseMigrator>();
        var applied = await WaitForServerAsync(app, migrator.MigrateAsync, cancellationToken);
        app.Logger.LogInformation("The database is up to date; migrations applied: {Count}", applied.Count);
    }

    /// <summary>
    /// Applies the missing migrations, unless <c>Database:MigrateOnStart</c> is false. Then logs a warning about each thing that the
    /// operator should change.
    /// </summary>
    public async Task PrepareAsync(WebApplication app, CancellationToken cancellationToken)
    {
        if (_migrateOnStart)
        {
            await MigrateAsync(app, cancellationToken);
        }
        else
        {
            await RefuseUnknownPoolerAsync(app, cancellationToken);
        }

        var examination = app.Services.GetRequiredService<DatabaseExamination>();
        foreach (var finding in await WaitForServerAsync(app, examination.ExamineAsync, cancellationToken))
        {
            if (finding.Level != FindingLevel.Good)
            {
                app.Logger.LogWarning("Database, {Subject}: {Finding}", finding.Subject, finding.Text);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_privateServer is not null)
        {
            await _privateServer.DisposeAsync();
        }
    }

    private static async Task<WorkspaceDatabase> OpenAsync(
        WebApplicationBuilder builder, Func<string, Task<PrivatePostgresServer>> openAsync)
    {
        var migrateOnStart = builder.Configuration.FlagOf("Database:MigrateOnStart", true);
        var hasPooler = builder.Configuration["Database:Pooler"] switch
        {
            null or "" => false,
            "transaction" => true,
            _ => throw new StartFailure("Database__Pooler must be transaction, or absent if no pooler in transaction mode is used."),
        };

        if (builder.Configuration.GetConnectionString("Workspace") is { Length: > 0 } connectionString)
        {
            var password = builder.Configuration["Database:Password"];
            return new WorkspaceDatabase(ConnectionText.Read(connectionString, password), hasPooler, null, migrateOnStart);
        }

        if (!builder.Environment.IsDevelopment())
        {
            throw new StartFailure(
                $"""
                No database is configured, and a private database exists in Development only ({builder.Environment.EnvironmentName} is set).
                Set ConnectionStrings__Workspace to a PostgreSQL 15 or later, such as
                  Host=db.example.org;Database=workspace;Username=workspace;Password=...
                or run the service with its database: docker compose up --build --wait
                """);
        }

        var configured = builder.Configuration["Database:DataDirectory"];
        var folder = string.IsNullOrEmpty(configured) ? PrivatePostgresServer.DefaultDataDirectory : configured;
        var server = await openAsync(folder);
        return new WorkspaceDatabase(server.ConnectionString, hasPooler, server, migrateOnStart);
    }

    private static async Task RefuseUnknownPoolerAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var check = app.Services.GetRequiredService<ConnectionCheck>();
        if (await WaitForServerAsync(app, check.HasUnknownPoolerAsync, cancellationToken))
        {
            throw new StartFailure(UnknownPooler);
        }
    }

    private static async Task<T> WaitForServerAsync<T>(
        WebApplication app, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        // Counts from the first failure: a server that goes away during a long migration gets the whole time to come back.
        DateTime? deadline = null;
        while (true)
        {
            try
            {
                return await action(cancellationToken);
            }
            catch (Exception exception) when (
                DatabaseFault.Find(exception) is { } fault && DatabaseFault.IsAway(fault) && !(DateTime.UtcNow > deadline))
            {
                if (deadline is null)
                {
                    deadline = DateTime.UtcNow + MaxWait;
                    app.Logger.LogWarning(
                        "The database cannot be used yet ({Reason}); waiting up to {Seconds} s for it",
                        DatabaseFault.ReasonOf(fault),
                        MaxWait.TotalSeconds);
                }

                await Task.Delay(RetryDelay, cancellationToken);
            }
        }
    }
}

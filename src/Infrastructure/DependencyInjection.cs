using CleanWorkspace.Application;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Infrastructure.ApiKeys;
using CleanWorkspace.Infrastructure.AuditEntries;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.Events;
using CleanWorkspace.Infrastructure.ImportJobs;
using CleanWorkspace.Infrastructure.Telemetry;
using CleanWorkspace.Infrastructure.Transfers;
using CleanWorkspace.Infrastructure.UserGroups;
using CleanWorkspace.Infrastructure.Users;
using CleanWorkspace.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure;

/// <summary>Registers the implementations of the ports.</summary>
public static class DependencyInjection
{
    // A request gives up and cancels its statement before the command timeout ends the statement.
    private const int SecondsToCancel = 10;

    /// <summary>Adds the database and the clock.</summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">An Npgsql connection string. Its settings take precedence over the defaults.</param>
    /// <param name="requestTimeout">The time limit of a request. By default no statement ends before it.</param>
    /// <param name="auditRetention">How long the audit keeps its entries.</param>
    /// <param name="webhooks">Where webhooks may send.</param>
    /// <param name="hasPooler">True if a pooler in transaction mode, such as PgBouncer, is in front of the server.</param>
    public static IServiceCollection AddInfrastructure(
        this IServiceCollection services,
        string connectionString,
        TimeSpan requestTimeout,
        AuditRetention auditRetention,
        WebhookSettings webhooks,
        bool hasPooler = false)
    {
        if (hasPooler)
        {
            connectionString = WithoutSessions(connectionString);
        }

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => CreateDataSource(connectionString, requestTimeout));
        services.AddSingleton(_ => new DatabaseLiveness(connectionString));
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseLiveness>());

        services.AddSingleton(provider => CreateLookup(provider, UserRows.Instance));
        services.AddSingleton(provider => CreateLookup(provider, UserGroupRows.Instance));
        services.AddScoped<IUserStore, UserStore>();
        services.AddScoped<IUserGroupStore, UserGroupStore>();
        services.AddSingleton<IAuditEntryReader, AuditEntryReader>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<IEventFeed>(provider => provider.GetRequiredService<EventFeed>());
        services.AddHostedService(provider => provider.GetRequiredService<EventFeed>());
        services.AddSingleton(_ => new ImportConnections(connectionString, hasPooler));
        services.AddSingleton<ITransfers, PostgresTransfers>();
        services.AddSingleton<IImportJobs, PostgresImportJobs>();
        services.AddSingleton<PendingImportJobs>();
        services.AddSingleton(webhooks);
        services.AddSingleton<IWebhookSender, WebhookSender>();
        services.AddSingleton<WebhookCursors>();
        services.AddHostedService<WebhookWorker>();
        services.AddHostedService<WebhookDeliveryExpiry>();

        services.AddScoped<CallerInterceptor>();
        services.AddDbContext<WorkspaceDbContext>((provider, options) =>
        {
            Configure(options, provider.GetRequiredService<NpgsqlDataSource>());
            options.AddInterceptors(provider.GetRequiredService<CallerInterceptor>());
        });
        services.AddScoped<IWorkspaceDbContext>(provider => provider.GetRequiredService<WorkspaceDbContext>());

        services.AddSingleton<StoredKeyReader>();
        services.AddSingleton(provider => new ConnectionCheck(provider.GetRequiredService<NpgsqlDataSource>(), hasPooler));
        services.AddSingleton<DatabaseMigrator>();
        services.AddSingleton<DatabaseExamination>();
        services.AddHostedService<IdempotencyExpiry>();
        services.AddSingleton(auditRetention);
        services.AddHostedService<AuditExpiry>();
        services.AddHostedService<ImportJobExpiry>();
        services.AddHostedService<SearchIndexTidying>();
        services.AddSingleton<DiskSpace>();
        services.AddSingleton<DatabaseHealthCheck>();
        services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database", tags: ["ready"]);
        return services;
    }

    /// <summary>Adds the metrics of the workspace. Needs <see cref="AddInfrastructure"/>.</summary>
    public static void AddWorkspaceMetrics(this IServiceCollection services) => services.AddHostedService<WorkspaceMetrics>();

    internal static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource dataSource) =>
        options
            .UseNpgsql(dataSource)
            .UseSnakeCaseNamingConvention()
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            // Failed statements are expected (a lost race) or logged where the request fails.
            .ConfigureWarnings(warnings => warnings.Log(
                (RelationalEventId.CommandError, LogLevel.Debug),
                (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug),
                (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug)));

    private static SharedLookup<T> CreateLookup<T>(IServiceProvider provider, Rows<T> rows)
        where T : class
    {
        var queries = new RowQueries<T>(provider.GetRequiredService<NpgsqlDataSource>(), rows);
        return new SharedLookup<T>(
            (id, cancellationToken) => queries.FindAsync(id, Fields<T>.All, cancellationToken), queries.FindManyAsync);
    }

    // Prepared statements, and a reset of the connection, belong to a session, and a pooler in transaction mode has none.
    private static string WithoutSessions(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 0, NoResetOnClose = true }.ConnectionString;

    private static NpgsqlDataSource CreateDataSource(string connectionString, TimeSpan requestTimeout)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var given = settings.Keys.Cast<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        void Default(string key, object value)
        {
            if (!given.Contains(key))
            {
                settings[key] = value;
            }
        }

        Default("Application Name", "CleanWorkspace");
        // Two instances together stay below PostgreSQL's default limit of 100 connections. Requests wait for a free connection.
        Default("Maximum Pool Size", 40);
        // Ends only statements without a waiting request, and those on a dead connection. The request's own limit comes first.
        Default("Command Timeout", (int)Math.Ceiling(requestTimeout.TotalSeconds) + SecondsToCancel);
        // The service sends few different statements, each many times.
        Default("Max Auto Prepare", 64);
        Default("Auto Prepare Min Usages", 2);
        // Safe because no statement leaves session state behind: no setting, lock or temporary table outlives its transaction.
        Default("No Reset On Close", true);
        // Metrics show the name. Without one they would show the connection string.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "workspace" }.Build();
    }
}

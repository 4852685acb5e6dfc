using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Infrastructure.ApiKeys;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.Transfers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure;

/// <summary>Registers what the use cases need from outside.</summary>
public static class DependencyInjection
{
    // More than a request needs to end its statement when its own time is over.
    private const int SecondsToCancel = 10;

    /// <summary>Adds the workspace's database and the clock.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="connectionString">An Npgsql connection string; what it sets itself is kept.</param>
    /// <param name="requestTimeout">How long a request may take; unless the connection string says otherwise, no statement ends before that.</param>
    public static IServiceCollection AddInfrastructure(this IServiceCollection services, string connectionString, TimeSpan requestTimeout)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => CreateDataSource(connectionString, requestTimeout));
        services.AddSingleton(_ => new DatabaseLiveness(connectionString));
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseLiveness>());
        services.AddPooledDbContextFactory<WorkspaceDbContext>((provider, options) =>
        {
            Configure(options, provider.GetRequiredService<NpgsqlDataSource>());
            options.AddInterceptors(provider.GetRequiredService<DatabaseLiveness>());
        });
        // The one way to a scope's context: it may go back to the pool but once.
        services.AddScoped<IWorkspaceDbContext>(provider =>
        {
            var db = provider.GetRequiredService<IDbContextFactory<WorkspaceDbContext>>().CreateDbContext();
            db.Caller = provider.GetRequiredService<Caller>();
            return db;
        });
        services.AddSingleton(_ => new ImportSource(connectionString));
        services.AddSingleton<IWorkspaceImporter, WorkspaceImporter>();
        services.AddSingleton<IWorkspaceReader, WorkspaceReader>();
        services.AddSingleton<StoredKeyReader>();
        services.AddSingleton<DatabaseMigrator>();
        services.AddHostedService<ModelPreparation>();
        services.AddHostedService<IdempotencyExpiry>();
        services.AddHostedService<SearchIndexTidying>();
        services.AddSingleton<DatabaseHealthCheck>();
        services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database", tags: ["ready"]);
        return services;
    }

    internal static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource dataSource) =>
        options
            .UseNpgsql(dataSource)
            .UseSnakeCaseNamingConvention()
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            // A refused statement is either expected (a taken e-mail address) or logged where the request fails.
            .ConfigureWarnings(warnings => warnings.Log(
                (RelationalEventId.CommandError, LogLevel.Debug), (CoreEventId.QueryIterationFailed, LogLevel.Debug)))
            // A context serves one request, whose handler awaits each call.
            .EnableThreadSafetyChecks(false);

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
        // Two instances together stay below the 100 connections that PostgreSQL allows by default; requests wait for their turn.
        Default("Maximum Pool Size", 40);
        // A request gives up first and cancels its statement, and says that it took too long, not that there is no database. What is
        // left then has nobody waiting for it, or a connection that died.
        Default("Command Timeout", (int)Math.Ceiling(requestTimeout.TotalSeconds) + SecondsToCancel);
        // The service sends few different statements, each many times.
        Default("Max Auto Prepare", 64);
        Default("Auto Prepare Min Usages", 2);
        // Safe because no statement leaves anything in the session: no setting or lock beyond its transaction, no temporary table.
        Default("No Reset On Close", true);
        return NpgsqlDataSource.Create(settings);
    }
}

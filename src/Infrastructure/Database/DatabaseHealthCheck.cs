using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Whether the database answers within two seconds and has at least the schema that the program was built for, and the service is
/// not about to stop.
/// </summary>
internal sealed class DatabaseHealthCheck(NpgsqlDataSource dataSource, DatabaseWatch watch, IHostApplicationLifetime lifetime) : IHealthCheck
{
    private const int PatienceSeconds = 2;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The service is stopping.");
        }

        try
        {
            return await watch.WaitAsync(AskAsync, cancellationToken)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("The database's schema is older than the program.");
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer, or lacks the schema.");
        }
    }

    // A later version, which is taking over, has added its migrations to those of this one.
    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(PatienceSeconds));
        await using var connection = await dataSource.OpenConnectionAsync(patience.Token);
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM \"__EFMigrationsHistory\" WHERE migration_id = $1)", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = DatabaseMigrator.Migrations[^1] } },
            CommandTimeout = PatienceSeconds,
        };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Healthy if the database answers within two seconds and can be written to, its disk is not full, its schema is at least as new as the
/// program's, and the service is not stopping.
/// </summary>
internal sealed class DatabaseHealthCheck(
    NpgsqlDataSource dataSource, DatabaseLiveness liveness, DiskSpace disk, IHostApplicationLifetime lifetime)
    : IHealthCheck
{
    private const int TimeoutSeconds = 2;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The service is stopping.");
        }

        try
        {
            return await liveness.RunAsync(FindFaultAsync, cancellationToken) is { } fault
                ? HealthCheckResult.Unhealthy(fault)
                : HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer, or it has no schema.");
        }
    }

    private async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(TimeoutSeconds));
        await using var connection = await dataSource.OpenConnectionAsync(timeout.Token);
        // A newer instance may have added migrations already. This program still works then, so it looks only for its own last migration.
        const string Sql = """
            SELECT CASE
                WHEN NOT EXISTS (SELECT FROM "__EFMigrationsHistory" WHERE migration_id = $1)
                    THEN 'The database''s schema is older than the program.'
                WHEN current_setting('transaction_read_only')::boolean
                    THEN 'The database is read-only: it is a standby, or an operator made it so.'
            END
            """;
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = DatabaseMigrator.Migrations[^1] } },
            CommandTimeout = TimeoutSeconds,
        };
        return await command.ExecuteScalarAsync(cancellationToken) as string
            ?? (await disk.IsFullAsync(connection, timeout.Token)
                ? "The disk of the database is full. Free space on it, or make it larger."
                : null);
    }
}

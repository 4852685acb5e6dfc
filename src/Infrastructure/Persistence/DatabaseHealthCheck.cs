using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Persistence;

/// <summary>Whether the database answers within two seconds and has the schema, and the service is not about to stop.</summary>
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
            await watch.WaitAsync(AskAsync, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer, or lacks the schema.");
        }
    }

    private async Task<object?> AskAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(PatienceSeconds));
        await using var connection = await dataSource.OpenConnectionAsync(patience.Token);
        await using var command = new NpgsqlCommand("SELECT FROM memberships LIMIT 1", connection) { CommandTimeout = PatienceSeconds };
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}

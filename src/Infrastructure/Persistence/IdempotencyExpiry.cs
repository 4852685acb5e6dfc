using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Persistence;

/// <summary>
/// Removes expired idempotency records while the service runs. Few at a time, each time in a statement that waits for nobody, so
/// that writers and other instances at the same work are not held up. No promise depends on it: an expired record is of no account.
/// </summary>
internal sealed class IdempotencyExpiry(NpgsqlDataSource dataSource, ILogger<IdempotencyExpiry> logger) : BackgroundService
{
    private const int BatchSize = 1000;
    private const int TimeoutSeconds = 30;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(6);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var hasFailed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                int removed;
                do
                {
                    removed = await RemoveAsync(stoppingToken);
                }
                while (removed == BatchSize);

                hasFailed = false;
            }
            catch (Exception exception)
            {
                // One line for each time that the database is gone, however long that takes; none where the service is stopping.
                if (!hasFailed && !stoppingToken.IsCancellationRequested)
                {
                    logger.LogWarning("Expired idempotency keys are not removed for now: {Reason}", exception.Message);
                }

                hasFailed = true;
            }

            // Instances that started together drift apart.
            var pause = ShortestPause + ((LongestPause - ShortestPause) * Random.Shared.NextDouble());
            // Ends so and not by an exception, which the host would report where a start fails.
            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> RemoveAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            DELETE FROM idempotency_records WHERE (actor, key) IN (
                SELECT actor, key FROM idempotency_records WHERE created_at <= {IdempotencyRecord.ExpiredUntil}
                ORDER BY created_at LIMIT {BatchSize} FOR UPDATE SKIP LOCKED)
            """);
        command.CommandTimeout = TimeoutSeconds;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Removes expired idempotency records. Few at a time, each time in a statement that waits for nobody, so
/// that writers and other instances at the same work are not held up. An expired record is of no account.
/// </summary>
internal sealed class IdempotencyExpiry(NpgsqlDataSource dataSource, ILogger<IdempotencyExpiry> logger)
    : Upkeep(logger, "Expired idempotency keys are not removed")
{
    private const int BatchSize = 1000;
    private const int TimeoutSeconds = 30;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(6);

    // Instances that started together drift apart.
    protected override TimeSpan Pause => ShortestPause + ((LongestPause - ShortestPause) * Random.Shared.NextDouble());

    protected override async Task DoAsync(CancellationToken cancellationToken)
    {
        int removed;
        do
        {
            removed = await RemoveAsync(cancellationToken);
        }
        while (removed == BatchSize);
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

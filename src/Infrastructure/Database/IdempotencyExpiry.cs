using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Deletes expired idempotency records in small batches. It skips locked records, so it delays neither writers nor other instances.
/// </summary>
internal sealed class IdempotencyExpiry(NpgsqlDataSource dataSource, ILogger<IdempotencyExpiry> logger)
    : Upkeep(logger, "Cannot delete expired idempotency records")
{
    private const int BatchSize = 1000;

    private static readonly string DeleteBatch = $"""
        DELETE FROM idempotency_records WHERE (actor, key) IN (
            SELECT actor, key FROM idempotency_records WHERE created_at <= {IdempotencyRecord.ExpiredUntil}
            ORDER BY created_at LIMIT {BatchSize} FOR UPDATE SKIP LOCKED)
        """;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(6);

    // A random pause, so that instances that started together do not stay in step.
    protected override TimeSpan Interval => ShortestPause + ((LongestPause - ShortestPause) * Random.Shared.NextDouble());

    protected override Task RunOnceAsync(CancellationToken cancellationToken) =>
        DeleteInBatchesAsync(() => dataSource.CreateCommand(DeleteBatch), BatchSize, cancellationToken);
}

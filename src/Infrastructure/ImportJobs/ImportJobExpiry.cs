using CleanWorkspace.Infrastructure.Database;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.ImportJobs;

/// <summary>Deletes jobs 7 days after their end, in small batches. Also deletes files that a killed instance has left behind.</summary>
internal sealed class ImportJobExpiry(NpgsqlDataSource dataSource, ILogger<ImportJobExpiry> logger)
    : Upkeep(logger, "Cannot delete expired import jobs")
{
    private const int BatchSize = 100;

    private static readonly string DeleteFiles = $"""
        DELETE FROM import_job_chunks WHERE (job_id, number) IN (
            SELECT c.job_id, c.number FROM import_job_chunks AS c JOIN import_jobs AS j ON j.id = c.job_id
            WHERE j.ended_at IS NOT NULL LIMIT {BatchSize} FOR UPDATE OF c SKIP LOCKED)
        """;

    private static readonly string DeleteJobs = $"""
        DELETE FROM import_jobs WHERE id IN (
            SELECT id FROM import_jobs WHERE ended_at <= now() - interval '7 days'
            ORDER BY ended_at LIMIT {BatchSize} FOR UPDATE SKIP LOCKED)
        """;

    protected override TimeSpan Interval => TimeSpan.FromMinutes(5);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await DeleteInBatchesAsync(() => dataSource.CreateCommand(DeleteFiles), BatchSize, cancellationToken);
        await DeleteInBatchesAsync(() => dataSource.CreateCommand(DeleteJobs), BatchSize, cancellationToken);
    }
}

using CleanWorkspace.Domain.Values;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.AuditEntries;

/// <summary>
/// Removes old entries of the audit in small batches. It skips locked entries, so it delays neither writers nor other instances.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="retention">The time to keep entries.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log for failures.</param>
internal sealed class AuditExpiry(NpgsqlDataSource database, AuditRetention retention, TimeProvider clock, ILogger<AuditExpiry> logger)
    : Upkeep(logger, "Cannot remove old entries of the audit")
{
    private const int BatchSize = 1000;
    private const int TimeoutSeconds = 300;

    // An import's entries have a lower write id than its last entry, which stands for them in the feed of events. So tokens expire some
    // time before the first entries of an import are removed.
    private static readonly TimeSpan LongestImport = TimeSpan.FromDays(1);

    // First the feed forgets its oldest events, so that no follower meets a gap.
    private const string ExpireTokens = """
        UPDATE event_epochs SET removed_until = old.position
        FROM (SELECT max(position) AS position FROM audit_entries WHERE write_id < $1) AS old
        WHERE number = (SELECT max(number) FROM event_epochs) AND removed_until < old.position
        """;

    private static readonly string RemoveBatch = $"""
        DELETE FROM audit_entries WHERE (write_id, resource_id) IN (
            SELECT write_id, resource_id FROM audit_entries WHERE write_id < $1 ORDER BY write_id LIMIT {BatchSize} FOR UPDATE SKIP LOCKED)
        """;

    /// <inheritdoc/>
    protected override TimeSpan Interval => TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - retention.Time;
        await using var expireTokens = CreateCommand(ExpireTokens, end + LongestImport);
        await expireTokens.ExecuteNonQueryAsync(cancellationToken);
        await DeleteInBatchesAsync(() => CreateCommand(RemoveBatch, end), BatchSize, cancellationToken);
    }

    private NpgsqlCommand CreateCommand(string sql, DateTimeOffset end)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Uuid.FirstAt(end) });
        return command;
    }
}

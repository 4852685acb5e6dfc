using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The transaction of an import. It tells the triggers about the import, and it ends with the audit entry of the counts.</summary>
internal sealed class ImportTransaction(
    ImportSession session, ImportStaging staging, ImportOptions options, Caller caller, ImportRecord? record, ImportJobRow? job)
{
    private const string StartWrite = """
        -- The function writer_slot never gives slot 32 to a session.
        SELECT set_config('workspace.write', @write, true), set_config('workspace.slot', '32', true),
            set_config('workspace.touching', 'deferred', true)
        """;

    // The triggers saw the versions of groups before the import moved them. The import has all its locks now, so its position is after
    // those of all earlier writes to the same rows.
    private const string InsertAuditSummary = """
        UPDATE audit_entries AS a SET resource_version = g.version
        FROM import_touches AS t JOIN user_groups AS g ON g.id = t.group_id
        WHERE a.resource_id = g.id AND a.write_id = ANY (write_parts());

        INSERT INTO audit_entries
            (write_id, position, parts, created_at, resource_id, resource, kind, actor, operation, trace_id, changes)
        SELECT id, nextval('write_positions'), write_parts(), written_at(id), @id, 'imports', 'finished',
            this ->> 'actor', this ->> 'operation', this ->> 'trace_id', @changes
        FROM write_id() AS id, current_write() AS this
        """;

    /// <summary>Runs the writes and commits them.</summary>
    /// <param name="writeAsync">Writes. Returns null if other writers put the plan out of date. The caller then undoes them.</param>
    /// <param name="cancellationToken">Ends the import.</param>
    /// <returns>The summary, or null.</returns>
    public async Task<ImportSummary?> RunAsync(
        Func<CancellationToken, Task<ImportCounts?>> writeAsync, CancellationToken cancellationToken)
    {
        await session.BeginWritesAsync(cancellationToken);
        await session.ExecuteAsync(StartWrite, cancellationToken, new NpgsqlParameter<string>("write", WriteSetting.Of("users", caller)));
        if (record is not null)
        {
            await record.ReserveAsync(cancellationToken);
        }

        if (await writeAsync(cancellationToken) is not { } written)
        {
            return null;
        }

        await session.ExecuteAsync(
            InsertAuditSummary,
            cancellationToken,
            new NpgsqlParameter<Guid>("id", Uuid.CreateVersion7(TimeProvider.System)),
            new NpgsqlParameter("changes", NpgsqlDbType.Jsonb) { Value = ToChanges(written) });
        var summary = written.ToSummary(isApplied: true, options, session.Elapsed);
        if (record is not null)
        {
            await record.AddAsync(summary, cancellationToken);
        }

        if (job is not null)
        {
            await job.SetResultAsync(summary, cancellationToken);
        }

        if (session.IsOneTransaction)
        {
            await staging.DropTablesAsync(cancellationToken);
        }

        await CommitAsync(cancellationToken);
        return summary;
    }

    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await session.CommitAsync(cancellationToken);
        }
        catch (Exception exception) when (!IsRefusal(exception as PostgresException ?? exception.InnerException as PostgresException))
        {
            throw Failure.ImportOutcomeUnknown(exception);
        }
    }

    // With severity ERROR the database answers that it did not commit. If it ends the session (FATAL), the outcome is unknown.
    private static bool IsRefusal(PostgresException? exception) => exception is { InvariantSeverity: "ERROR" };

    private static string ToChanges(ImportCounts written) => JsonSerializer.Serialize(new Dictionary<string, long>
    {
        ["created"] = written.Created,
        ["updated"] = written.Updated,
        ["unchanged"] = written.Matched - written.Updated,
        ["deleted"] = written.Deleted,
        ["merged"] = written.Merged,
        ["refused"] = written.Refused,
        ["groups_created"] = written.GroupsCreated,
        ["groups_updated"] = written.GroupsUpdated,
        ["groups_unchanged"] = written.GroupsMatched - written.GroupsUpdated,
        ["memberships_added"] = written.NewMemberships + written.AddedMemberships,
        ["memberships_removed"] = written.RemovedMemberships,
    }.ToDictionary(count => count.Key, count => new { from = (string?)null, to = $"{count.Value}" }));
}

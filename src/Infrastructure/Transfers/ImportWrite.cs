using System.Data;
using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Applies a plan in one transaction.</summary>
/// <remarks>
/// New rows come first, because no other writer waits for them. Then the import locks the existing groups and users that change. Groups
/// that only new users join are locked and written last, so they stay free until then. If such a lock causes a deadlock, PostgreSQL
/// may end this transaction, and the import plans again.
/// </remarks>
internal sealed class ImportWrite(ImportSession session, ImportPlan plan, ImportCounts planned, IImportReport report, Caller caller)
{
    // Batch size, in lines. It bounds the triggers' transition tables and sets the progress interval.
    private const int BatchSize = 20_000;

    private const int MaxComparisons = 5;

    private const string IsNewUser = """
        i.line > @from AND i.line <= @to
        AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line AND r.line > @from AND r.line <= @to)
        AND NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = i.line AND m.line > @from AND m.line <= @to)
        """;

    // The time in the id, but not a time after the import: nothing is created in the future.
    private const string CreatedAt = "CASE WHEN i.is_id_given THEN least(i.created_at, now()) ELSE i.created_at END";

    private const string StartWrite = """
        -- The function writer_slot never gives slot 32 to a session.
        SELECT set_config('workspace.write', @write, true), set_config('workspace.slot', '32', true),
            set_config('workspace.touching', 'deferred', true)
        """;

    private static readonly string InsertGroups = $"""
        INSERT INTO user_groups (id, name, {TextColumnSql.Names(ImportColumns.Groups)}, created_at, updated_at)
        SELECT id, name, {TextColumnSql.Names(ImportColumns.Groups)}, created_at, greatest(created_at, now()) FROM import_new_groups
        ORDER BY id
        """;

    private static readonly string InsertUsers = $"""
        INSERT INTO users (id, email, folded_email, role, {TextColumnSql.Names(ImportColumns.Users)}, created_at, updated_at)
        SELECT i.id, i.email, i.folded_email, coalesce(i.role, 'viewer'), {TextColumnSql.Values(ImportColumns.Users)},
            {CreatedAt}, greatest({CreatedAt}, now())
        FROM import_users AS i WHERE {IsNewUser} ORDER BY i.line
        """;

    private const string InsertMembershipsOfNewUsers = $"""
        INSERT INTO memberships (user_id, group_id)
        SELECT i.id, g.group_id FROM import_users AS i JOIN import_members AS g ON g.line = i.line
        WHERE g.line > @from AND g.line <= @to AND {IsNewUser} ORDER BY i.line
        """;

    private const string FindChangedGroups = """
        CREATE TEMP TABLE import_touches ON COMMIT DROP AS
        SELECT group_id, sum(delta)::integer AS delta
        FROM (
            SELECT group_id, 1 AS delta FROM import_members AS g WHERE NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = g.line)
            UNION ALL SELECT group_id, CASE WHEN is_added THEN 1 ELSE -1 END FROM import_differences
            UNION ALL SELECT group_id, 0 FROM import_group_changes
        ) AS deltas
        GROUP BY group_id
        """;

    // Without the groups that only new users join. These stay free until the end of the import.
    private const string GroupsOfChanges = "(SELECT group_id FROM import_differences UNION SELECT group_id FROM import_group_changes)";

    private const string LockUsers = """
        SELECT (SELECT count(*) FILTER (WHERE locked.is_same) FROM (
            SELECT u.version = c.version AS is_same
            FROM users AS u JOIN import_changes AS c ON c.user_id = u.id ORDER BY u.id FOR NO KEY UPDATE OF u
            ) AS locked) = (SELECT count(*) FROM import_changes)
        """;

    private const string MatchedUsersExist =
        "SELECT NOT EXISTS (SELECT FROM import_matches AS m WHERE NOT EXISTS (SELECT FROM users AS u WHERE u.id = m.user_id))";

    // The audit orders entries by write id. An id that is made after the locks is later than the ids of all earlier writes to these rows.
    private const string RenewWriteId = "SELECT set_config('workspace.write_id', '', true)";

    // A user gives up its address first if another row takes it, because the unique index checks each row on its own.
    private const string FreeAddresses = $"""
        UPDATE users AS u SET email = NULL, folded_email = NULL, version = u.version + 1
        FROM import_changes AS c JOIN import_users AS i ON i.line = c.line
        WHERE u.id = c.user_id AND i.is_id_given AND i.id = u.id AND i.folded_email <> u.folded_email AND EXISTS (
            SELECT FROM import_users AS taker JOIN import_changes AS t ON t.line = taker.line
            WHERE taker.folded_email = u.folded_email AND taker.id = t.user_id)
        """;

    private static readonly string UpdateUsers = $"""
        UPDATE users AS u SET
            {TextColumnSql.Assignments(ImportColumns.Users, "u")},
            email = CASE WHEN i.id = u.id AND i.email IS NOT NULL THEN i.email ELSE u.email END,
            folded_email = CASE WHEN i.id = u.id AND i.email IS NOT NULL THEN i.folded_email ELSE u.folded_email END,
            role = coalesce(i.role, u.role), version = u.version + 1, updated_at = touched_at(u.updated_at)
        FROM import_changes AS c JOIN import_users AS i ON i.line = c.line
        WHERE u.id = c.user_id AND c.line > @from AND c.line <= @to
        """;

    private const string UpdateMemberships = """
        DELETE FROM memberships AS m USING import_differences AS d
        WHERE NOT d.is_added AND m.user_id = d.user_id AND m.group_id = d.group_id;

        INSERT INTO memberships (user_id, group_id)
        SELECT user_id, group_id FROM import_differences WHERE is_added ORDER BY user_id, group_id
        """;

    private static readonly string UpdateGroups = $"""
        UPDATE user_groups AS g SET
            name = coalesce(i.name, g.name),
            {TextColumnSql.Assignments(ImportColumns.Groups, "g")},
            version = g.version + 1, updated_at = touched_at(g.updated_at), user_count = g.user_count + t.delta
        FROM import_touches AS t
        LEFT JOIN import_group_changes AS c ON c.group_id = t.group_id
        LEFT JOIN import_groups AS i ON i.line = c.line
        WHERE g.id = t.group_id
        """;

    private const string InsertAuditSummary = """
        INSERT INTO audit_entries (write_id, created_at, resource_id, resource, actor, operation, trace_id, changes)
        SELECT id, written_at(id), @id, 'imports', this ->> 'actor', this ->> 'operation', this ->> 'trace_id', @changes
        FROM write_id() AS id, current_write() AS this
        """;

    private long _done;

    /// <summary>Applies the plan.</summary>
    /// <returns>The counts; null if other writers put the plan out of date. Nothing is changed then.</returns>
    public async Task<ImportCounts?> RunAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await session.Connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await session.ExecuteAsync(StartWrite, cancellationToken, new NpgsqlParameter<string>("write", WriteSetting.Of("users", caller)));
        if (planned.GroupsCreated > 0)
        {
            await session.ExecuteAsync(InsertGroups, cancellationToken);
        }

        if (planned.Created > 0)
        {
            await InsertAsync(cancellationToken);
        }

        var written = planned.Matched > 0 ? await UpdateAsync(cancellationToken) : planned;
        if (written is null || !await UpdateGroupsAsync(cancellationToken))
        {
            return null;
        }

        await session.ExecuteAsync(
            InsertAuditSummary,
            cancellationToken,
            new NpgsqlParameter<Guid>("id", Uuid.CreateVersion7(TimeProvider.System)),
            new NpgsqlParameter("changes", NpgsqlDbType.Jsonb) { Value = ToChanges(written) });
        await CommitAsync(transaction, cancellationToken);
        return written;
    }

    private static async Task CommitAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception exception) when (!IsRefusal(exception as PostgresException ?? exception.InnerException as PostgresException))
        {
            throw Failure.ImportOutcomeUnknown(exception);
        }
    }

    // With severity ERROR the database answers that it did not commit. If it ends the session (FATAL), the outcome is unknown.
    private static bool IsRefusal(PostgresException? exception) => exception is { InvariantSeverity: "ERROR" };

    private async Task InsertAsync(CancellationToken cancellationToken)
    {
        await ExecuteInBatchesAsync(InsertUsers, isProgress: true, cancellationToken);
        if (planned.NewMemberships > 0)
        {
            await ExecuteInBatchesAsync(InsertMembershipsOfNewUsers, isProgress: false, cancellationToken);
        }
    }

    private async Task<ImportCounts?> UpdateAsync(CancellationToken cancellationToken)
    {
        // If a version moved before its lock, the import compares again. Users that it locked before cannot change any more.
        for (var comparison = 1; comparison <= MaxComparisons; comparison++)
        {
            var counts = await plan.CompareAsync(cancellationToken);
            if (counts.Updated == 0)
            {
                return await session.ReadAsync<bool>(MatchedUsersExist, cancellationToken) ? counts : null;
            }

            if (await session.ReadAsync<bool>(LockGroups(GroupsOfChanges), cancellationToken)
                && await session.ReadAsync<bool>(LockUsers, cancellationToken)
                && await session.ReadAsync<bool>(MatchedUsersExist, cancellationToken))
            {
                await session.ReadAsync<string>(RenewWriteId, cancellationToken);
                await session.ExecuteAsync(FreeAddresses, cancellationToken);
                await ExecuteInBatchesAsync(UpdateUsers, isProgress: true, cancellationToken);
                await session.ExecuteAsync(UpdateMemberships, cancellationToken);
                return counts;
            }
        }

        return null;
    }

    // Answers whether all of the groups exist.
    private static string LockGroups(string groups) => $"""
        SELECT (SELECT count(*) FROM (
            SELECT FROM user_groups WHERE id IN (SELECT group_id FROM {groups} AS these) ORDER BY id FOR NO KEY UPDATE) AS locked)
            = (SELECT count(*) FROM {groups} AS these)
        """;

    private async Task<bool> UpdateGroupsAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(FindChangedGroups, cancellationToken);
        if (!await session.ReadAsync<bool>(LockGroups("import_touches"), cancellationToken))
        {
            return false;
        }

        if (planned.GroupsUpdated > 0)
        {
            await session.ReadAsync<string>(RenewWriteId, cancellationToken);
        }

        await session.ExecuteAsync(UpdateGroups, cancellationToken);
        return true;
    }

    private async Task ExecuteInBatchesAsync(string sql, bool isProgress, CancellationToken cancellationToken)
    {
        for (var from = 0L; from < planned.LastLine; from += BatchSize)
        {
            var rows = await session.ExecuteAsync(
                sql, cancellationToken, new NpgsqlParameter<long>("from", from), new NpgsqlParameter<long>("to", from + BatchSize));
            if (isProgress)
            {
                _done += rows;
                report.Progress(ImportStage.Applying, _done, planned.Created + planned.Updated);
            }
        }
    }

    private static string ToChanges(ImportCounts written) => JsonSerializer.Serialize(new Dictionary<string, long>
    {
        ["created"] = written.Created,
        ["updated"] = written.Updated,
        ["unchanged"] = written.Matched - written.Updated,
        ["refused"] = written.Refused,
        ["groups_created"] = written.GroupsCreated,
        ["groups_updated"] = written.GroupsUpdated,
        ["groups_unchanged"] = written.GroupsMatched - written.GroupsUpdated,
    }.ToDictionary(count => count.Key, count => new { from = (string?)null, to = $"{count.Value}" }));
}

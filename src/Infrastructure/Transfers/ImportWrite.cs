using System.Data;
using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Carries a plan out, in one transaction.</summary>
/// <remarks>
/// What is new comes first, as nobody waits for it. Then, where users that are there change, come the locks: on the groups that change with
/// them, and on them. Last of all come the groups that new users join, which are free until then and written once. A lock that closes a circle
/// there ends the import's transaction, and it begins again.
/// </remarks>
internal sealed class ImportWrite(ImportSession session, ImportPlan plan, ImportCounts planned, IImportReport report, Caller caller)
{
    // In so many lines at once, progress is told, and what triggers hold of a statement's rows stays small.
    private const int LinesAtOnce = 20_000;

    private const int Comparisons = 5;

    private const string NewRows = """
        i.line > @from AND i.line <= @to
        AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line AND r.line > @from AND r.line <= @to)
        AND NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = i.line AND m.line > @from AND m.line <= @to)
        """;

    // A slot that no process of a session comes to (the function writer_slot).
    private const string Begin = """
        SELECT set_config('workspace.write', @write, true), set_config('workspace.slot', '32', true),
            set_config('workspace.touching', 'deferred', true)
        """;

    private const string InsertGroups = """
        INSERT INTO user_groups (id, name, icon, description, created_at, updated_at)
        SELECT id, name, icon, description, created_at, created_at FROM import_new_groups ORDER BY id
        """;

    private const string InsertUsers = $"""
        INSERT INTO users (id, first_name, last_name, email, folded_email, role, created_at, updated_at)
        SELECT i.id, i.first_name, i.last_name, i.email, i.folded_email, coalesce(i.role, 'viewer'), i.created_at, i.created_at
        FROM import_users AS i WHERE {NewRows} ORDER BY i.line
        """;

    private const string InsertMembershipsOfNewUsers = $"""
        INSERT INTO memberships (user_id, group_id)
        SELECT i.id, g.group_id FROM import_users AS i JOIN import_members AS g ON g.line = i.line
        WHERE g.line > @from AND g.line <= @to AND {NewRows} ORDER BY i.line
        """;

    private const string FindTouches = """
        CREATE TEMP TABLE import_touches ON COMMIT DROP AS
        SELECT group_id, sum(delta)::integer AS delta
        FROM (
            SELECT group_id, 1 AS delta FROM import_members AS g WHERE NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = g.line)
            UNION ALL SELECT group_id, CASE WHEN is_added THEN 1 ELSE -1 END FROM import_differences
            UNION ALL SELECT group_id, 0 FROM import_group_changes
        ) AS deltas
        GROUP BY group_id
        """;

    // Not those that only new users join: they are free until the end, while users that are there are written for as long as it takes.
    private const string OfChanges = "(SELECT group_id FROM import_differences UNION SELECT group_id FROM import_group_changes)";

    private const string LockUsers = """
        SELECT (SELECT count(*) FILTER (WHERE locked.is_same) FROM (
            SELECT u.version = c.version AS is_same FROM users AS u JOIN import_changes AS c ON c.user_id = u.id ORDER BY u.id FOR NO KEY UPDATE OF u
            ) AS locked) = (SELECT count(*) FROM import_changes)
        """;

    private const string AreAllThere =
        "SELECT NOT EXISTS (SELECT FROM import_matches AS m WHERE NOT EXISTS (SELECT FROM users AS u WHERE u.id = m.user_id))";

    // By now the rows are locked that are changed: of two writes of one user, or group, the later one has the later id.
    private const string BeginAnotherWrite = "SELECT set_config('workspace.write_id', '', true)";

    private const string UpdateUsers = """
        UPDATE users AS u SET
            first_name = CASE WHEN i.gives_first_name THEN i.first_name ELSE u.first_name END,
            last_name = CASE WHEN i.gives_last_name THEN i.last_name ELSE u.last_name END,
            role = coalesce(i.role, u.role), version = u.version + 1, updated_at = touched_at(u.updated_at)
        FROM import_changes AS c JOIN import_users AS i ON i.line = c.line
        WHERE u.id = c.user_id AND c.line > @from AND c.line <= @to
        """;

    private const string DeleteMemberships = """
        DELETE FROM memberships AS m USING import_differences AS d
        WHERE NOT d.is_added AND m.user_id = d.user_id AND m.group_id = d.group_id
        """;

    private const string InsertMemberships = """
        INSERT INTO memberships (user_id, group_id)
        SELECT user_id, group_id FROM import_differences WHERE is_added ORDER BY user_id, group_id
        """;

    private const string UpdateGroups = """
        UPDATE user_groups AS g SET
            name = CASE WHEN i.gives_name THEN i.name ELSE g.name END,
            icon = CASE WHEN i.gives_icon THEN i.icon ELSE g.icon END,
            description = CASE WHEN i.gives_description THEN i.description ELSE g.description END,
            version = g.version + 1, updated_at = touched_at(g.updated_at), user_count = g.user_count + t.delta
        FROM import_touches AS t
        LEFT JOIN import_group_changes AS c ON c.group_id = t.group_id
        LEFT JOIN import_groups AS i ON i.line = c.line
        WHERE g.id = t.group_id
        """;

    private const string Summarize = """
        INSERT INTO audit_entries (write_id, created_at, resource_id, resource, actor, operation, trace_id, changes)
        SELECT id, written_at(id), @id, 'imports', this ->> 'actor', this ->> 'operation', this ->> 'trace_id', @changes
        FROM write_id() AS id, current_write() AS this
        """;

    private long _done;

    /// <summary>What was written; null where somebody else has changed meanwhile what the plan is about, and nothing was.</summary>
    public async Task<ImportCounts?> RunAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await session.Connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await session.ExecuteAsync(
            Begin, cancellationToken, new NpgsqlParameter<string>("write", WriteSetting.Of("users", caller)));
        if (planned.GroupsCreated > 0)
        {
            await session.ExecuteAsync(InsertGroups, cancellationToken);
        }

        if (planned.Created > 0)
        {
            await InsertAsync(cancellationToken);
        }

        var written = planned.Matched > 0 ? await UpdateAsync(cancellationToken) : planned;
        if (written is null || !await TouchGroupsAsync(cancellationToken))
        {
            return null;
        }

        await session.ExecuteAsync(
            Summarize, cancellationToken,
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
        catch (Exception exception) when (!HasAnswered(exception as PostgresException ?? exception.InnerException as PostgresException))
        {
            throw Failure.ImportOutcomeUnknown(exception);
        }
    }

    // An error is the database's word that nothing was committed; the end of the session is none.
    private static bool HasAnswered(PostgresException? refusal) => refusal is { InvariantSeverity: "ERROR" };

    private async Task InsertAsync(CancellationToken cancellationToken)
    {
        await ForEachPartAsync(InsertUsers, isCounted: true, cancellationToken);
        if (planned.NewMemberships > 0)
        {
            await ForEachPartAsync(InsertMembershipsOfNewUsers, isCounted: false, cancellationToken);
        }
    }

    // Whoever was locked at a first comparison is the same at the next.
    private async Task<ImportCounts?> UpdateAsync(CancellationToken cancellationToken)
    {
        for (var comparison = 1; comparison <= Comparisons; comparison++)
        {
            var counts = await plan.CompareAsync(cancellationToken);
            if (counts.Updated == 0)
            {
                return await session.ReadAsync<bool>(AreAllThere, cancellationToken) ? counts : null;
            }

            if (await session.ReadAsync<bool>(LockGroups(OfChanges), cancellationToken)
                && await session.ReadAsync<bool>(LockUsers, cancellationToken)
                && await session.ReadAsync<bool>(AreAllThere, cancellationToken))
            {
                await session.ReadAsync<string>(BeginAnotherWrite, cancellationToken);
                await ForEachPartAsync(UpdateUsers, isCounted: true, cancellationToken);
                await session.ExecuteAsync($"{DeleteMemberships}; {InsertMemberships}", cancellationToken);
                return counts;
            }
        }

        return null;
    }

    // Whether all of them are there.
    private static string LockGroups(string groups) => $"""
        SELECT (SELECT count(*) FROM (
            SELECT FROM user_groups WHERE id IN (SELECT group_id FROM {groups} AS these) ORDER BY id FOR NO KEY UPDATE) AS locked)
            = (SELECT count(*) FROM {groups} AS these)
        """;

    private async Task<bool> TouchGroupsAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(FindTouches, cancellationToken);
        if (!await session.ReadAsync<bool>(LockGroups("import_touches"), cancellationToken))
        {
            return false;
        }

        if (planned.GroupsUpdated > 0)
        {
            await session.ReadAsync<string>(BeginAnotherWrite, cancellationToken);
        }

        await session.ExecuteAsync(UpdateGroups, cancellationToken);
        return true;
    }

    private async Task ForEachPartAsync(string sql, bool isCounted, CancellationToken cancellationToken)
    {
        for (var from = 0L; from < planned.LastLine; from += LinesAtOnce)
        {
            var rows = await session.ExecuteAsync(
                sql, cancellationToken, new NpgsqlParameter<long>("from", from), new NpgsqlParameter<long>("to", from + LinesAtOnce));
            if (isCounted)
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

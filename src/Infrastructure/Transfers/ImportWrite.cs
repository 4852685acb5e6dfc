using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Applies a plan in the transaction of the import.</summary>
/// <remarks>
/// New rows come first, because other writers do not wait for them. Then the import locks the groups and users that change. So the groups
/// that new users join stay free while these users are inserted.
/// </remarks>
internal sealed class ImportWrite(ImportSession session, ImportPlan plan, ImportCounts planned, IImportReport report)
{
    private const string IsNewUser = """
        i.line > @from AND i.line <= @to
        AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line AND r.line > @from AND r.line <= @to)
        AND NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = i.line AND m.line > @from AND m.line <= @to)
        """;

    // The time in the id, but not a time after the import: nothing is created in the future.
    private const string CreatedAt = "CASE WHEN i.is_id_given THEN least(i.created_at, now()) ELSE i.created_at END";

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
        TRUNCATE import_touches;

        INSERT INTO import_touches (group_id, delta)
        SELECT group_id, sum(delta)
        FROM (
            SELECT group_id, 1 AS delta FROM import_members AS g WHERE NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = g.line)
            UNION ALL SELECT group_id, CASE WHEN is_added THEN 1 ELSE -1 END FROM import_differences
            UNION ALL SELECT group_id, 0 FROM import_group_changes
        ) AS deltas
        GROUP BY group_id
        """;

    // Answers whether the users exist and are as they were compared.
    private const string LockUsers = """
        SELECT (SELECT count(*) FILTER (WHERE locked.is_same) FROM (
            SELECT u.version = c.version AS is_same
            FROM users AS u JOIN import_changes AS c ON c.user_id = u.id ORDER BY u.id FOR NO KEY UPDATE OF u
            ) AS locked) = (SELECT count(*) FROM import_changes)
        """;

    private const string MatchedUsersExist =
        "SELECT NOT EXISTS (SELECT FROM import_matches AS m WHERE NOT EXISTS (SELECT FROM users AS u WHERE u.id = m.user_id))";

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

    private long _done;

    /// <summary>Applies the plan.</summary>
    /// <returns>The counts; null if other writers put the plan out of date.</returns>
    public async Task<ImportCounts?> RunAsync(CancellationToken cancellationToken)
    {
        if (planned.GroupsCreated > 0)
        {
            await session.ExecuteAsync(InsertGroups, cancellationToken);
        }

        if (planned.Created > 0)
        {
            await InsertAsync(cancellationToken);
        }

        if (await ImportLocks.TakeAsync(session, LockAsync, cancellationToken) is not { } written)
        {
            return null;
        }

        if (written.Updated > 0 || written.GroupsUpdated > 0)
        {
            await session.ReadAsync<string>(ImportLocks.RenewWriteId, cancellationToken);
        }

        if (written.Updated > 0)
        {
            await session.ExecuteAsync(FreeAddresses, cancellationToken);
            await ExecuteInBatchesAsync(UpdateUsers, isProgress: true, cancellationToken);
            await session.ExecuteAsync(UpdateMemberships, cancellationToken);
        }

        await session.ExecuteAsync(UpdateGroups, cancellationToken);
        return written;
    }

    private async Task InsertAsync(CancellationToken cancellationToken)
    {
        await ExecuteInBatchesAsync(InsertUsers, isProgress: true, cancellationToken);
        if (planned.NewMemberships > 0)
        {
            await ExecuteInBatchesAsync(InsertMembershipsOfNewUsers, isProgress: false, cancellationToken);
        }
    }

    // Returns null if a group or a user is gone.
    private async Task<ImportCounts?> LockAsync(CancellationToken cancellationToken)
    {
        var counts = planned.Matched > 0 ? await plan.CompareAsync(cancellationToken) : planned;
        await session.ExecuteAsync(FindChangedGroups, cancellationToken);
        if (!await session.ReadAsync<bool>(ImportLocks.LockGroups, cancellationToken))
        {
            return null;
        }

        if (counts.Updated > 0 && !await session.ReadAsync<bool>(LockUsers, cancellationToken))
        {
            // Other writers changed users between the comparison and the lock. From now on they cannot.
            counts = await plan.CompareLockedAsync(cancellationToken);
            await session.ExecuteAsync(FindChangedGroups, cancellationToken);
            if (!await session.ReadAsync<bool>(ImportLocks.LockGroupsOrFail, cancellationToken))
            {
                return null;
            }
        }

        return planned.Matched == 0 || await session.ReadAsync<bool>(MatchedUsersExist, cancellationToken) ? counts : null;
    }

    private async Task ExecuteInBatchesAsync(string sql, bool isProgress, CancellationToken cancellationToken)
    {
        var before = _done;
        await session.ExecuteInBatchesAsync(
            sql,
            planned.LastLine,
            done =>
            {
                if (isProgress)
                {
                    _done = before + done;
                    report.Progress(ImportStage.Applying, _done, planned.Created + planned.Updated);
                }
            },
            cancellationToken);
    }
}

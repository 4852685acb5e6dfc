using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Infrastructure.Users;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Deletes the users that the staged rows name.</summary>
/// <remarks>A row names the user that has all its keys: the address, the id, or both.</remarks>
internal sealed class ImportDeletion(ImportSession session, IImportReport report) : IImportChange
{
    private const string CreateTables = """
        CREATE TEMP TABLE import_refused (line bigint PRIMARY KEY);
        CREATE TEMP TABLE import_matches (line bigint NOT NULL, user_id uuid NOT NULL);
        CREATE TEMP TABLE import_touches (group_id uuid NOT NULL, delta integer NOT NULL);
        """;

    private const string ClearTables = """
        TRUNCATE import_refused, import_matches;
        DELETE FROM import_refusals WHERE NOT is_read;
        """;

    private const string MatchUsers = $"""
        INSERT INTO import_matches (line, user_id)
        SELECT i.line, u.id FROM import_users AS i JOIN users AS u ON {UserList.EmailKey} = i.folded_email
        WHERE NOT i.is_id_given OR i.id = u.id
        UNION ALL
        SELECT i.line, u.id FROM import_users AS i JOIN users AS u ON u.id = i.id WHERE i.folded_email IS NULL AND i.is_id_given;
        """;

    private const string RefuseUnknownUsers = """
        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, CASE WHEN i.folded_email IS NULL THEN 'id' ELSE 'email' END, 'unknown_user',
            CASE WHEN i.folded_email IS NULL THEN 'No user has this id.'
                WHEN i.is_id_given THEN 'No user has this address and this id.'
                ELSE 'No user has this address.' END
        FROM import_users AS i
        WHERE NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = i.line)
            AND NOT EXISTS (SELECT FROM import_refusals AS r WHERE r.line = i.line);
        """;

    private const string CollectValidRows = """
        DELETE FROM import_matches AS m USING import_refused AS r WHERE r.line = m.line;
        ANALYZE import_matches;
        """;

    private const string Count = """
        SELECT (SELECT count(*) FROM import_matches), (SELECT count(*) FROM import_refused),
            (SELECT count(*) FROM memberships WHERE user_id IN (SELECT user_id FROM import_matches)),
            (SELECT coalesce(max(line), 0) FROM import_matches)
        """;

    private const string FindChangedGroups = """
        TRUNCATE import_touches;

        INSERT INTO import_touches (group_id, delta)
        SELECT group_id, -count(*) FROM memberships WHERE user_id IN (SELECT user_id FROM import_matches) GROUP BY group_id
        """;

    // Answers whether all of the users exist.
    private const string LockUsers = """
        SELECT (SELECT count(*) FROM (
            SELECT FROM users WHERE id IN (SELECT user_id FROM import_matches) ORDER BY id FOR UPDATE) AS locked)
            = (SELECT count(*) FROM import_matches)
        """;

    // Another writer may have changed an address before the lock.
    private const string RowsStillMatch = $"""
        SELECT NOT EXISTS (
            SELECT FROM import_matches AS m JOIN import_users AS i USING (line) JOIN users AS u ON u.id = m.user_id
            WHERE i.folded_email <> {UserList.EmailKey})
        """;

    private const string DeleteMemberships = """
        DELETE FROM memberships AS s USING import_matches AS m WHERE s.user_id = m.user_id AND m.line > @from AND m.line <= @to
        """;

    private const string DeleteUsers = """
        DELETE FROM users AS u USING import_matches AS m WHERE u.id = m.user_id AND m.line > @from AND m.line <= @to
        """;

    private const string UpdateGroups = """
        UPDATE user_groups AS g SET version = g.version + 1, updated_at = touched_at(g.updated_at), user_count = g.user_count + t.delta
        FROM import_touches AS t WHERE g.id = t.group_id
        """;

    private bool _hasTables;

    /// <inheritdoc/>
    public async Task<ImportCounts> PlanAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(_hasTables ? ClearTables : CreateTables, cancellationToken);
        _hasTables = true;
        await session.ExecuteAsync(ImportMatching.RefuseRepeatedKeys, cancellationToken);
        await session.ExecuteAsync(MatchUsers, cancellationToken);
        await session.ExecuteAsync(ImportMatching.RefuseRepeatedUsers, cancellationToken);
        await session.ExecuteAsync(RefuseUnknownUsers, cancellationToken);
        await session.ExecuteAsync(ImportMatching.MarkRefused, cancellationToken);
        await session.ExecuteAsync(CollectValidRows, cancellationToken);
        return await CountAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ImportCounts?> WriteAsync(ImportCounts planned, CancellationToken cancellationToken)
    {
        if (await ImportLocks.TakeAsync(session, LockAsync, cancellationToken) is not { } counts)
        {
            return null;
        }

        await session.ReadAsync<string>(ImportLocks.RenewWriteId, cancellationToken);
        await session.ExecuteInBatchesAsync(DeleteMemberships, counts.LastLine, _ => { }, cancellationToken);
        await session.ExecuteInBatchesAsync(
            DeleteUsers, counts.LastLine, done => report.Progress(ImportStage.Applying, done, counts.Deleted), cancellationToken);
        await session.ExecuteAsync(UpdateGroups, cancellationToken);
        return counts;
    }

    // Returns null if a group or a user is gone or has another address.
    private async Task<ImportCounts?> LockAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(FindChangedGroups, cancellationToken);
        if (!await session.ReadAsync<bool>(ImportLocks.LockGroups, cancellationToken)
            || !await session.ReadAsync<bool>(LockUsers, cancellationToken))
        {
            return null;
        }

        // A user may have joined a group before the lock.
        await session.ExecuteAsync(FindChangedGroups, cancellationToken);
        return await session.ReadAsync<bool>(ImportLocks.LockGroupsOrFail, cancellationToken)
            && await session.ReadAsync<bool>(RowsStillMatch, cancellationToken)
            ? await CountAsync(cancellationToken)
            : null;
    }

    private async Task<ImportCounts> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Count, session.Connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new ImportCounts
        {
            Deleted = row.GetInt64(0),
            Refused = row.GetInt64(1),
            RemovedMemberships = row.GetInt64(2),
            LastLine = row.GetInt64(3),
        };
    }
}

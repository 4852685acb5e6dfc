using CleanWorkspace.Application.Transfers;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The plan of an import: temporary tables with the changes that the staged rows need.</summary>
/// <remarks>The plan takes no locks. So it can be out of date when the import applies it.</remarks>
internal sealed class ImportPlan(ImportSession session, ImportOptions options, IImportReport report) : IImportChange
{
    private static readonly string CreateTables = $"""
        CREATE TEMP TABLE import_refused (line bigint PRIMARY KEY);
        -- The valid rows about existing users. The other valid rows are new users.
        CREATE TEMP TABLE import_matches (line bigint NOT NULL, user_id uuid NOT NULL, gives_groups boolean NOT NULL);
        -- The part of them that is compared again under locks.
        CREATE TEMP TABLE import_locked (LIKE import_matches);
        -- One entry for each row about a group: the id of the existing group, or the id for the new group.
        CREATE TEMP TABLE import_group_matches (
            line bigint NOT NULL, group_id uuid NOT NULL, is_new boolean NOT NULL, is_ambiguous boolean NOT NULL);
        -- The texts in user_groups of the rows: names and ids of groups. If the group must be created, created_at is set.
        CREATE TEMP TABLE import_names (name text NOT NULL, group_id uuid, created_at timestamptz, fault text);
        -- The groups of each valid row of a user.
        CREATE TEMP TABLE import_members (line bigint NOT NULL, group_id uuid NOT NULL);
        CREATE TEMP TABLE import_new_groups (
            id uuid NOT NULL, created_at timestamptz NOT NULL, name text, {TextColumnSql.PlainDefinitions(ImportColumns.Groups)});
        -- The memberships to add to existing users, or to remove from them.
        CREATE TEMP TABLE import_differences (user_id uuid NOT NULL, group_id uuid NOT NULL, is_added boolean NOT NULL);
        -- The existing users and groups to change.
        CREATE TEMP TABLE import_changes (line bigint NOT NULL, user_id uuid NOT NULL, version bigint NOT NULL);
        CREATE TEMP TABLE import_group_changes (line bigint NOT NULL, group_id uuid NOT NULL);
        -- The groups to lock and write, with the change of their number of members.
        CREATE TEMP TABLE import_touches (group_id uuid NOT NULL, delta integer NOT NULL);
        """;

    private const string ClearTables = """
        TRUNCATE import_refused, import_matches, import_group_matches, import_names, import_members, import_new_groups;
        DELETE FROM import_refusals WHERE NOT is_read;
        """;

    private static readonly string CollectValidRows = $"""
        DELETE FROM import_matches AS m USING import_refused AS r WHERE r.line = m.line;

        INSERT INTO import_members (line, group_id)
        SELECT DISTINCT i.line, n.group_id
        FROM import_users AS i CROSS JOIN unnest(i.user_groups) AS e (name) JOIN import_names AS n ON n.name = e.name
        WHERE NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line);

        -- New groups with rows of their own.
        INSERT INTO import_new_groups (id, created_at, name, {TextColumnSql.Names(ImportColumns.Groups)})
        SELECT m.group_id, CASE WHEN i.is_id_given THEN least(i.created_at, now()) ELSE i.created_at END, i.name,
            {TextColumnSql.Values(ImportColumns.Groups)}
        FROM import_group_matches AS m JOIN import_groups AS i USING (line)
        WHERE m.is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line);

        -- New groups without a row of their own. Only rows of users mention them.
        INSERT INTO import_new_groups (id, created_at, name)
        SELECT group_id, created_at, name FROM import_names
        WHERE created_at IS NOT NULL AND group_id IN (SELECT group_id FROM import_members);

        ANALYZE import_refused;
        ANALYZE import_matches;
        ANALYZE import_members;
        """;

    private const string CreateIndexes = """
        CREATE INDEX ON import_matches (line);
        CREATE INDEX ON import_members (line);
        """;

    private const string CollectLocked = """
        TRUNCATE import_locked;
        INSERT INTO import_locked SELECT m.* FROM import_matches AS m JOIN import_changes USING (line);
        ANALYZE import_locked
        """;

    private static string CompareUsers(string matches, MembershipMode memberships) => $"""
        TRUNCATE import_differences, import_changes;

        -- One statement reads versions and memberships in one snapshot. A change of memberships increments the version of the user.
        -- So the differences are right as long as the user has this version.
        WITH differences AS (
            INSERT INTO import_differences (user_id, group_id, is_added)
            SELECT coalesce(wanted.user_id, present.user_id), coalesce(wanted.group_id, present.group_id), present.user_id IS NULL
            FROM (SELECT m.user_id, g.group_id FROM {matches} AS m JOIN import_members AS g USING (line)) AS wanted
            FULL JOIN (
                SELECT s.user_id, s.group_id FROM memberships AS s JOIN {matches} AS m ON m.user_id = s.user_id AND m.gives_groups
            ) AS present ON present.user_id = wanted.user_id AND present.group_id = wanted.group_id
            WHERE present.user_id IS NULL{(memberships == MembershipMode.Replace ? " OR wanted.user_id IS NULL" : "")}
            RETURNING user_id
        )
        INSERT INTO import_changes (line, user_id, version)
        SELECT m.line, u.id, u.version
        FROM {matches} AS m
        JOIN import_users AS i USING (line)
        JOIN users AS u ON u.id = m.user_id
        LEFT JOIN (SELECT DISTINCT user_id FROM differences) AS d ON d.user_id = u.id
        WHERE d.user_id IS NOT NULL
            OR (i.role IS NOT NULL AND i.role <> u.role)
            -- A row that found the user by its address does not change the address.
            OR (i.id = u.id AND i.email IS NOT NULL AND i.email IS DISTINCT FROM u.email)
            OR {TextColumnSql.Differences(ImportColumns.Users, "u")};

        ANALYZE import_differences;
        ANALYZE import_changes;
        """;

    private static readonly string CompareGroups = $"""
        TRUNCATE import_group_changes;

        INSERT INTO import_group_changes (line, group_id)
        SELECT m.line, g.id
        FROM import_group_matches AS m JOIN import_groups AS i USING (line) JOIN user_groups AS g ON g.id = m.group_id
        WHERE NOT m.is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line)
            AND ((i.name IS NOT NULL AND i.name IS DISTINCT FROM g.name)
            OR {TextColumnSql.Differences(ImportColumns.Groups, "g")});
        """;

    private const string Count = """
        SELECT matched,
            (SELECT count(*) FROM import_users) - matched
                - (SELECT count(*) FROM import_refused AS r WHERE EXISTS (SELECT FROM import_users AS i WHERE i.line = r.line)),
            (SELECT count(*) FROM import_changes),
            (SELECT count(*) FROM import_refused),
            (SELECT count(*) FROM import_new_groups),
            (SELECT count(*) FROM import_group_changes),
            (SELECT count(*) FROM import_group_matches AS m
                WHERE NOT is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line)),
            (SELECT count(*) FROM import_members AS g WHERE NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = g.line)),
            (SELECT coalesce(max(line), 0) FROM import_users),
            (SELECT count(*) FILTER (WHERE is_added) FROM import_differences),
            (SELECT count(*) FILTER (WHERE NOT is_added) FROM import_differences)
        FROM (SELECT count(*) AS matched FROM import_matches) AS matches
        """;

    private readonly ImportMatching _matching = new(session, options);
    private bool _hasTables;
    private long _merged;

    /// <summary>Makes the plan, or makes it again after other writers put it out of date.</summary>
    public async Task<ImportCounts> PlanAsync(CancellationToken cancellationToken)
    {
        if (options.MergesRows && !_hasTables)
        {
            _merged = await new ImportMerge(session).RunAsync(cancellationToken);
        }

        await session.ExecuteAsync(_hasTables ? ClearTables : CreateTables, cancellationToken);
        await _matching.RunAsync(cancellationToken);
        await session.ExecuteAsync(CollectValidRows, cancellationToken);
        if (!_hasTables)
        {
            await session.ExecuteAsync(CreateIndexes, cancellationToken);
        }

        _hasTables = true;
        await session.ExecuteAsync(CompareGroups, cancellationToken);
        return await CompareAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ImportCounts?> WriteAsync(ImportCounts planned, CancellationToken cancellationToken) =>
        new ImportWrite(session, this, planned, report).RunAsync(cancellationToken);

    /// <summary>Compares the existing users with their rows again.</summary>
    public Task<ImportCounts> CompareAsync(CancellationToken cancellationToken) => CompareAsync("import_matches", cancellationToken);

    /// <summary>Compares the users again that the last comparison found different. They must be locked.</summary>
    public async Task<ImportCounts> CompareLockedAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(CollectLocked, cancellationToken);
        return await CompareAsync("import_locked", cancellationToken);
    }

    private async Task<ImportCounts> CompareAsync(string matches, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(CompareUsers(matches, options.Memberships), cancellationToken);
        await using var command = new NpgsqlCommand(Count, session.Connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new ImportCounts
        {
            Matched = row.GetInt64(0),
            Created = row.GetInt64(1),
            Updated = row.GetInt64(2),
            Refused = row.GetInt64(3),
            GroupsCreated = row.GetInt64(4),
            GroupsUpdated = row.GetInt64(5),
            GroupsMatched = row.GetInt64(6),
            NewMemberships = row.GetInt64(7),
            LastLine = row.GetInt64(8),
            AddedMemberships = row.GetInt64(9),
            RemovedMemberships = row.GetInt64(10),
            Merged = _merged,
        };
    }
}

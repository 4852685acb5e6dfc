using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Infrastructure.Users;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Finds the user or group that each staged row describes, and refuses rows that contradict each other or the workspace.</summary>
internal sealed class ImportMatching(ImportSession session, ImportOptions options)
{
    /// <summary>Refuses rows with the address or id of an earlier row.</summary>
    public const string RefuseRepeatedKeys = """
        -- Of several rows with the same address or id, the first is valid.
        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, 'email', 'duplicate_email',
            format('Line %s has the same address. Addresses are unique without regard to case.', first.line)
        FROM (
            SELECT folded_email, min(line) AS line FROM import_users
            WHERE folded_email IS NOT NULL GROUP BY folded_email HAVING count(*) > 1
        ) AS first
        JOIN import_users AS i ON i.folded_email = first.folded_email AND i.line > first.line;

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, 'id', 'duplicate_id', format('Line %s has the same id.', first.line)
        FROM (
            SELECT id, min(line) AS line FROM (
                SELECT id, line FROM import_users WHERE is_id_given UNION ALL SELECT id, line FROM import_groups WHERE is_id_given) AS given
            GROUP BY id HAVING count(*) > 1
        ) AS first
        JOIN (SELECT id, line FROM import_users WHERE is_id_given UNION ALL SELECT id, line FROM import_groups WHERE is_id_given) AS i
            ON i.id = first.id AND i.line > first.line;
        """;

    /// <summary>Refuses rows that describe the user of an earlier row by another key.</summary>
    public const string RefuseRepeatedUsers = """
        INSERT INTO import_refusals (line, part, code, detail)
        SELECT m.line, 'id', 'duplicate_id', format('Line %s describes the same user.', first.line)
        FROM (SELECT user_id, min(line) AS line FROM import_matches GROUP BY user_id HAVING count(*) > 1) AS first
        JOIN import_matches AS m ON m.user_id = first.user_id AND m.line > first.line
        WHERE NOT EXISTS (SELECT FROM import_refusals AS r WHERE r.line = m.line);
        """;

    /// <summary>Collects the lines of all refusals.</summary>
    public const string MarkRefused = "INSERT INTO import_refused SELECT DISTINCT line FROM import_refusals ON CONFLICT DO NOTHING;";

    private const string MatchUsers = $"""
        -- The id finds the user. If no user has the id, the address finds the user.
        INSERT INTO import_matches (line, user_id, gives_groups)
        SELECT i.line, u.id, i.user_groups IS NOT NULL
        FROM import_users AS i JOIN users AS u ON u.id = i.id
        WHERE i.is_id_given
        UNION ALL
        SELECT i.line, u.id, i.user_groups IS NOT NULL
        FROM import_users AS i JOIN users AS u ON {UserList.EmailKey} = i.folded_email
        WHERE NOT (i.is_id_given AND EXISTS (SELECT FROM users AS same WHERE same.id = i.id));

        {RefuseRepeatedUsers}

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, 'id', 'id_taken',
            'A group has this id. Leave the id out: then the row describes the user with this address, or a new user.'
        FROM import_users AS i
        WHERE i.is_id_given AND EXISTS (SELECT FROM user_groups AS g WHERE g.id = i.id);
        """;

    // Valid rows can exchange addresses. A row is refused if the other user keeps the address, or if that user's own row is refused.
    private const string RefuseTakenAddresses = $"""
        INSERT INTO import_refusals (line, part, code, detail)
        WITH RECURSIVE takers AS (
            SELECT i.line, i.id AS user_id, u.id AS owner_id
            FROM import_users AS i JOIN users AS u ON {UserList.EmailKey} = i.folded_email
            WHERE i.is_id_given AND u.id <> i.id AND EXISTS (SELECT FROM import_matches AS m WHERE m.line = i.line AND m.user_id = i.id)
                AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line)
        ), givers AS (
            SELECT t.line, i.line AS line_of_owner
            FROM takers AS t
            LEFT JOIN import_users AS i ON i.id = t.owner_id AND i.folded_email IS NOT NULL
                AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line)
        ), refused AS (
            SELECT line FROM givers WHERE line_of_owner IS NULL
            UNION SELECT g.line FROM givers AS g JOIN refused AS r ON r.line = g.line_of_owner
        )
        SELECT line, 'email', 'email_taken',
            'Another user has this address and keeps it. Give that user another address in the same file, or leave the address out.'
        FROM refused;
        """;

    private const string MatchGroups = """
        -- The id finds the group, otherwise the name that the group had before the import.
        INSERT INTO import_group_matches (line, group_id, is_new, is_ambiguous)
        SELECT i.line, coalesce(same.id, named.id, i.id), coalesce(same.id, named.id) IS NULL,
            same.id IS NULL AND coalesce(named.count, 0) > 1
        FROM import_groups AS i
        LEFT JOIN user_groups AS same ON same.id = i.id AND i.is_id_given
        LEFT JOIN (
            SELECT name, count(*), (array_agg(id))[1] AS id FROM user_groups
            WHERE name IN (SELECT name FROM import_groups) GROUP BY name
        ) AS named ON named.name = i.name;

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT m.line, 'name', 'ambiguous_user_group', format('Several groups have the name "%s". Give the id of the group.', i.name)
        FROM import_group_matches AS m JOIN import_groups AS i USING (line) WHERE m.is_ambiguous;

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT m.line, 'id', 'duplicate_id', format('Line %s describes the same group.', first.line)
        FROM (
            SELECT group_id, min(line) AS line FROM import_group_matches
            WHERE NOT is_ambiguous GROUP BY group_id HAVING count(*) > 1
        ) AS first
        JOIN import_group_matches AS m ON m.group_id = first.group_id AND m.line > first.line
        WHERE NOT m.is_ambiguous AND NOT EXISTS (SELECT FROM import_refusals AS r WHERE r.line = m.line);

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, 'id', 'id_taken',
            'A user has this id. Leave the id out: then the row describes the group with this name, or a new group.'
        FROM import_groups AS i
        WHERE i.is_id_given AND EXISTS (SELECT FROM users AS u WHERE u.id = i.id);
        """;

    private const string CreateGroupAdvice = "Create it first, or import with create_groups=true (command: --create-groups).";

    private const string RefuseNewGroups = $"""
        INSERT INTO import_refusals (line, part, code, detail)
        SELECT m.line, CASE WHEN i.name IS NULL THEN 'id' ELSE 'name' END, 'unknown_user_group',
            format('The group "%s" does not exist. {CreateGroupAdvice}', coalesce(i.name, i.id::text))
        FROM import_group_matches AS m JOIN import_groups AS i USING (line) WHERE m.is_new;
        """;

    /// <summary>Fills the tables of the matches and adds to the refusals.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(RefuseRepeatedKeys, cancellationToken);
        await session.ExecuteAsync(MatchUsers, cancellationToken);
        await session.ExecuteAsync(MatchGroups, cancellationToken);
        if (!options.CreatesGroups)
        {
            await session.ExecuteAsync(RefuseNewGroups, cancellationToken);
        }

        await session.ExecuteAsync(MarkRefused, cancellationToken);
        await session.ExecuteAsync(ResolveGroupNames(options.CreatesGroups), cancellationToken);
        await session.ExecuteAsync(MarkRefused, cancellationToken);
        await session.ExecuteAsync(RefuseTakenAddresses, cancellationToken);
        await session.ExecuteAsync(MarkRefused, cancellationToken);
    }

    private static string ResolveGroupNames(bool createsGroups) => $$"""
        INSERT INTO import_names (name, group_id, fault)
        WITH known AS (
            -- The groups of valid rows. If a row renames a group, both its names find it.
            SELECT m.group_id, i.id AS alias, i.name FROM import_groups AS i JOIN import_group_matches AS m USING (line)
            WHERE NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line)
        ), wanted AS (
            -- The names that rows of users give. A name in the form of an id can be an id.
            SELECT name, CASE WHEN name ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN name::uuid END AS id
            FROM (SELECT DISTINCT unnest(user_groups) AS name FROM import_users) AS given
        ), same AS (
            SELECT DISTINCT ON (w.name) w.name, g.id AS group_id
            FROM wanted AS w
            JOIN (SELECT id, id AS alias FROM user_groups UNION ALL SELECT group_id, alias FROM known) AS g ON g.alias = w.id
            ORDER BY w.name, g.id
        ), named AS (
            SELECT w.name, count(*), (array_agg(g.id))[1] AS group_id
            FROM wanted AS w JOIN (SELECT id, name FROM user_groups UNION SELECT group_id, name FROM known) AS g ON g.name = w.name
            GROUP BY w.name
        ), refused AS (
            -- A group whose own row is refused is not created by its name.
            SELECT group_name AS name FROM import_refusals WHERE group_name IS NOT NULL
            UNION SELECT i.name FROM import_groups AS i JOIN import_refused AS r USING (line)
        )
        SELECT w.name, CASE WHEN same.name IS NOT NULL THEN same.group_id WHEN named.count = 1 THEN named.group_id END,
            CASE WHEN same.name IS NOT NULL OR named.count = 1 THEN NULL
                WHEN named.count > 1 THEN 'ambiguous_user_group'
                WHEN w.id IS NOT NULL OR NOT {{createsGroups}} OR EXISTS (SELECT FROM refused AS r WHERE r.name = w.name)
                THEN 'unknown_user_group' END
        FROM wanted AS w LEFT JOIN same ON same.name = w.name LEFT JOIN named ON named.name = w.name;

        -- The new groups get UUIDs of version 7. Each id has a later time than the one before.
        UPDATE import_names AS n SET group_id = made.id, created_at = timestamptz 'epoch' + made.micros * interval '1 microsecond'
        FROM (
            SELECT name, micros, (lpad(to_hex(micros / 1000), 12, '0') || '7' || lpad(to_hex(micros % 1000 * 4096 / 1000), 3, '0')
                || right(replace(gen_random_uuid()::text, '-', ''), 16))::uuid AS id
            FROM (
                SELECT name,
                    (extract(epoch FROM statement_timestamp()) * 1000000)::bigint + row_number() OVER (ORDER BY name COLLATE "C") AS micros
                FROM import_names WHERE group_id IS NULL AND fault IS NULL
            ) AS missing
        ) AS made
        WHERE n.name = made.name;

        ANALYZE import_names;

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, 'user_groups', n.fault, CASE n.fault
            WHEN 'ambiguous_user_group'
            THEN format('Several groups have the name "%s". Give the id of the group.', n.name)
            ELSE format('The group "%s" does not exist{{UnknownGroupAdvice(createsGroups)}}', n.name) END
        FROM import_names AS n
        JOIN (
            SELECT i.line, e.name
            FROM import_users AS i CROSS JOIN unnest(i.user_groups) AS e (name)
        ) AS entry ON entry.name = n.name
        JOIN import_users AS i ON i.line = entry.line
        WHERE n.fault IS NOT NULL;
        """;

    private static string UnknownGroupAdvice(bool createsGroups) =>
        createsGroups ? ", or its own line is refused." : $". {CreateGroupAdvice}";
}

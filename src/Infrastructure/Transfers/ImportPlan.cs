using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Infrastructure.Users;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>
/// What the staged rows come to, found out set by set in temporary tables of the import's session: without a lock on anything, so
/// it may be outdated when it is carried out.
/// </summary>
internal sealed class ImportPlan(ImportSession session, ImportOptions options)
{
    // matches: of the rows of users that were not refused, whom they are about; other such rows are new users.
    // group_matches: of each row of a group, which group it is, be it new.
    // names: what rows of users call groups by. members: the groups of each row that was not refused.
    // changes and differences: what is to be done to users that are there.
    private const string Tables = """
        CREATE TEMP TABLE import_refused (line bigint PRIMARY KEY);
        CREATE TEMP TABLE import_matches (line bigint NOT NULL, user_id uuid NOT NULL, gives_groups boolean NOT NULL);
        CREATE TEMP TABLE import_group_matches (line bigint NOT NULL, group_id uuid NOT NULL, is_new boolean NOT NULL, is_ambiguous boolean NOT NULL);
        CREATE TEMP TABLE import_names (name text NOT NULL, group_id uuid, created_at timestamptz, fault text);
        CREATE TEMP TABLE import_members (line bigint NOT NULL, group_id uuid NOT NULL);
        CREATE TEMP TABLE import_new_groups (id uuid NOT NULL, created_at timestamptz NOT NULL, name text, icon text, description text);
        CREATE TEMP TABLE import_differences (user_id uuid NOT NULL, group_id uuid NOT NULL, is_added boolean NOT NULL);
        CREATE TEMP TABLE import_changes (line bigint NOT NULL, user_id uuid NOT NULL, version bigint NOT NULL);
        CREATE TEMP TABLE import_group_changes (line bigint NOT NULL, group_id uuid NOT NULL);
        """;

    private const string Forget = """
        TRUNCATE import_refused, import_matches, import_group_matches, import_names, import_members, import_new_groups;
        DELETE FROM import_refusals WHERE NOT is_read;
        """;

    // The first row of several stands.
    private const string RefuseDuplicates = """
        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, 'email', 'duplicate_email', format('Line %s has the same address. Addresses are unique without regard to case.', first.line)
        FROM (SELECT folded_email, min(line) AS line FROM import_users WHERE folded_email IS NOT NULL GROUP BY folded_email HAVING count(*) > 1) AS first
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

    private const string MatchUsers = $"""
        INSERT INTO import_matches (line, user_id, gives_groups)
        SELECT i.line, u.id, i.user_groups IS NOT NULL FROM import_users AS i JOIN users AS u ON {UserConfiguration.EmailKey} = i.folded_email
        UNION ALL
        SELECT i.line, u.id, i.user_groups IS NOT NULL FROM import_users AS i JOIN users AS u ON u.id = i.id
        WHERE i.folded_email IS NULL AND i.is_id_given;

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT m.line, 'id', 'duplicate_id', format('Line %s describes the same user.', first.line)
        FROM (SELECT user_id, min(line) AS line FROM import_matches GROUP BY user_id HAVING count(*) > 1) AS first
        JOIN import_matches AS m ON m.user_id = first.user_id AND m.line > first.line
        WHERE NOT EXISTS (SELECT FROM import_refusals AS r WHERE r.line = m.line);

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, 'id', 'id_taken', 'Another user or a group has this id. Leave it out, and the row is about whoever has the address, or a new user.'
        FROM import_users AS i LEFT JOIN import_matches AS m USING (line)
        WHERE i.is_id_given AND i.id IS DISTINCT FROM m.user_id
            AND (EXISTS (SELECT FROM users AS u WHERE u.id = i.id) OR EXISTS (SELECT FROM user_groups AS g WHERE g.id = i.id));
        """;

    // By id, else by name among the groups that were there before.
    private const string MatchGroups = """
        INSERT INTO import_group_matches (line, group_id, is_new, is_ambiguous)
        SELECT i.line, coalesce(same.id, named.id, i.id), coalesce(same.id, named.id) IS NULL, same.id IS NULL AND coalesce(named.count, 0) > 1
        FROM import_groups AS i
        LEFT JOIN user_groups AS same ON same.id = i.id AND i.is_id_given
        LEFT JOIN (
            SELECT name, count(*), (array_agg(id))[1] AS id FROM user_groups
            WHERE name IN (SELECT name FROM import_groups) GROUP BY name
        ) AS named ON named.name = i.name;

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT m.line, 'name', 'ambiguous_user_group', 'Several groups have this name. Say which by its id.'
        FROM import_group_matches AS m WHERE m.is_ambiguous;

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT m.line, 'id', 'duplicate_id', format('Line %s describes the same group.', first.line)
        FROM (SELECT group_id, min(line) AS line FROM import_group_matches WHERE NOT is_ambiguous GROUP BY group_id HAVING count(*) > 1) AS first
        JOIN import_group_matches AS m ON m.group_id = first.group_id AND m.line > first.line
        WHERE NOT m.is_ambiguous AND NOT EXISTS (SELECT FROM import_refusals AS r WHERE r.line = m.line);

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, 'id', 'id_taken', 'A user has this id. Leave it out, and the row is about the group that has the name, or a new one.'
        FROM import_groups AS i
        WHERE i.is_id_given AND EXISTS (SELECT FROM users AS u WHERE u.id = i.id);
        """;

    private const string RefuseNewGroups = """
        INSERT INTO import_refusals (line, part, code, detail)
        SELECT m.line, CASE WHEN i.name IS NULL THEN 'id' ELSE 'name' END, 'unknown_user_group',
            'There is no such group. Create it first, or have the import create groups.'
        FROM import_group_matches AS m JOIN import_groups AS i USING (line) WHERE m.is_new;
        """;

    private const string FindRefused = "INSERT INTO import_refused SELECT DISTINCT line FROM import_refusals ON CONFLICT DO NOTHING;";

    // What is no group's id is a name; it makes no group whose own row is refused. Where a row gives a group a new name, it has both.
    private static string NameGroups(bool createsGroups) => $$"""
        INSERT INTO import_names (name, group_id, fault)
        WITH known AS (
            SELECT m.group_id, i.id AS alias, i.name FROM import_groups AS i JOIN import_group_matches AS m USING (line)
            WHERE NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line)
        ), wanted AS (
            SELECT name, CASE WHEN name ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN name::uuid END AS id
            FROM (SELECT DISTINCT unnest(user_groups) AS name FROM import_users) AS given
        ), same AS (
            SELECT DISTINCT ON (w.name) w.name, g.id AS group_id
            FROM wanted AS w JOIN (SELECT id, id AS alias FROM user_groups UNION ALL SELECT group_id, alias FROM known) AS g ON g.alias = w.id
            ORDER BY w.name, g.id
        ), named AS (
            SELECT w.name, count(*), (array_agg(g.id))[1] AS group_id
            FROM wanted AS w JOIN (SELECT id, name FROM user_groups UNION SELECT group_id, name FROM known) AS g ON g.name = w.name
            GROUP BY w.name
        ), refused AS (
            SELECT group_name AS name FROM import_refusals WHERE group_name IS NOT NULL
            UNION SELECT i.name FROM import_groups AS i JOIN import_refused AS r USING (line)
        )
        SELECT w.name, CASE WHEN same.name IS NOT NULL THEN same.group_id WHEN named.count = 1 THEN named.group_id END,
            CASE WHEN same.name IS NOT NULL OR named.count = 1 THEN NULL
                WHEN named.count > 1 THEN 'ambiguous_user_group'
                WHEN w.id IS NOT NULL OR NOT {{createsGroups}} OR EXISTS (SELECT FROM refused AS r WHERE r.name = w.name)
                THEN 'unknown_user_group' END
        FROM wanted AS w LEFT JOIN same ON same.name = w.name LEFT JOIN named ON named.name = w.name;

        -- UUID version 7, as of all ids, of a time that goes on with each row.
        UPDATE import_names AS n SET group_id = made.id, created_at = timestamptz 'epoch' + made.micros * interval '1 microsecond'
        FROM (
            SELECT name, micros, (lpad(to_hex(micros / 1000), 12, '0') || '7' || lpad(to_hex(micros % 1000 * 4096 / 1000), 3, '0')
                || right(replace(gen_random_uuid()::text, '-', ''), 16))::uuid AS id
            FROM (
                SELECT name, (extract(epoch FROM statement_timestamp()) * 1000000)::bigint + row_number() OVER (ORDER BY name COLLATE "C") AS micros
                FROM import_names WHERE group_id IS NULL AND fault IS NULL
            ) AS missing
        ) AS made
        WHERE n.name = made.name;

        ANALYZE import_names;

        INSERT INTO import_refusals (line, part, code, detail)
        SELECT i.line, 'user_groups', n.fault, CASE n.fault
            WHEN 'ambiguous_user_group' THEN format('Several groups have the name that comes at place %s. Say which by its id.', entry.place)
            ELSE format('The group at place %s does not exist{{(createsGroups ? ", or its own line is refused." : ". Create it first, or have the import create groups.")}}', entry.place) END
        FROM import_names AS n
        JOIN (SELECT i.line, e.name, e.place FROM import_users AS i CROSS JOIN unnest(i.user_groups) WITH ORDINALITY AS e (name, place)) AS entry
            ON entry.name = n.name
        JOIN import_users AS i ON i.line = entry.line
        WHERE n.fault IS NOT NULL;
        """;

    private const string Finish = """
        DELETE FROM import_matches AS m USING import_refused AS r WHERE r.line = m.line;

        INSERT INTO import_members (line, group_id)
        SELECT DISTINCT i.line, n.group_id
        FROM import_users AS i CROSS JOIN unnest(i.user_groups) AS e (name) JOIN import_names AS n ON n.name = e.name
        WHERE NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line);

        INSERT INTO import_new_groups (id, created_at, name, icon, description)
        SELECT m.group_id, i.created_at, i.name, i.icon, i.description
        FROM import_group_matches AS m JOIN import_groups AS i USING (line)
        WHERE m.is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line)
        UNION ALL
        SELECT group_id, created_at, name, NULL, NULL FROM import_names AS n
        WHERE created_at IS NOT NULL AND group_id IN (SELECT group_id FROM import_members);

        ANALYZE import_refused;
        ANALYZE import_matches;
        ANALYZE import_members;
        """;

    private const string Indexes = """
        CREATE INDEX ON import_matches (line);
        CREATE INDEX ON import_members (line);
        """;

    // One snapshot: whoever's version is still this one has these differences, as memberships move it too.
    private const string CompareUsers = """
        TRUNCATE import_differences, import_changes;

        WITH differences AS (
            INSERT INTO import_differences (user_id, group_id, is_added)
            SELECT coalesce(wanted.user_id, present.user_id), coalesce(wanted.group_id, present.group_id), present.user_id IS NULL
            FROM (SELECT m.user_id, g.group_id FROM import_matches AS m JOIN import_members AS g USING (line)) AS wanted
            FULL JOIN (
                SELECT s.user_id, s.group_id FROM memberships AS s JOIN import_matches AS m ON m.user_id = s.user_id AND m.gives_groups
            ) AS present ON present.user_id = wanted.user_id AND present.group_id = wanted.group_id
            WHERE wanted.user_id IS NULL OR present.user_id IS NULL
            RETURNING user_id
        )
        INSERT INTO import_changes (line, user_id, version)
        SELECT m.line, u.id, u.version
        FROM import_matches AS m
        JOIN import_users AS i USING (line)
        JOIN users AS u ON u.id = m.user_id
        LEFT JOIN (SELECT DISTINCT user_id FROM differences) AS d ON d.user_id = u.id
        WHERE d.user_id IS NOT NULL
            OR (i.gives_first_name AND i.first_name IS DISTINCT FROM u.first_name)
            OR (i.gives_last_name AND i.last_name IS DISTINCT FROM u.last_name)
            OR (i.role IS NOT NULL AND i.role <> u.role);

        ANALYZE import_differences;
        ANALYZE import_changes;
        """;

    private const string CompareGroups = """
        TRUNCATE import_group_changes;

        INSERT INTO import_group_changes (line, group_id)
        SELECT m.line, g.id
        FROM import_group_matches AS m JOIN import_groups AS i USING (line) JOIN user_groups AS g ON g.id = m.group_id
        WHERE NOT m.is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line)
            AND ((i.gives_name AND i.name IS DISTINCT FROM g.name)
                OR (i.gives_icon AND i.icon IS DISTINCT FROM g.icon)
                OR (i.gives_description AND i.description IS DISTINCT FROM g.description));
        """;

    private const string Count = """
        SELECT matched, (SELECT count(*) FROM import_users) - matched
                - (SELECT count(*) FROM import_refused AS r WHERE EXISTS (SELECT FROM import_users AS i WHERE i.line = r.line)),
            (SELECT count(*) FROM import_changes), (SELECT count(*) FROM import_refused),
            (SELECT count(*) FROM import_new_groups), (SELECT count(*) FROM import_group_changes),
            (SELECT count(*) FROM import_group_matches AS m WHERE NOT is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line)),
            (SELECT count(*) FROM import_members AS g WHERE NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = g.line)),
            (SELECT coalesce(max(line), 0) FROM import_users)
        FROM (SELECT count(*) AS matched FROM import_matches) AS matches
        """;

    private bool _hasTables;

    /// <summary>Makes the plan, in place of one that was outdated.</summary>
    public async Task<ImportCounts> MakeAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(_hasTables ? Forget : Tables, cancellationToken);
        await session.ExecuteAsync(RefuseDuplicates, cancellationToken);
        await session.ExecuteAsync(MatchUsers, cancellationToken);
        await session.ExecuteAsync(MatchGroups, cancellationToken);
        if (!options.CreatesGroups)
        {
            await session.ExecuteAsync(RefuseNewGroups, cancellationToken);
        }

        await session.ExecuteAsync(FindRefused, cancellationToken);
        await session.ExecuteAsync(NameGroups(options.CreatesGroups), cancellationToken);
        await session.ExecuteAsync(FindRefused, cancellationToken);
        await session.ExecuteAsync(Finish, cancellationToken);
        if (!_hasTables)
        {
            await session.ExecuteAsync(Indexes, cancellationToken);
        }

        _hasTables = true;
        await session.ExecuteAsync(CompareGroups, cancellationToken);
        return await CompareAsync(cancellationToken);
    }

    /// <summary>Compares the users that are there with what the rows say of them, again.</summary>
    public async Task<ImportCounts> CompareAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(CompareUsers, cancellationToken);
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
        };
    }
}

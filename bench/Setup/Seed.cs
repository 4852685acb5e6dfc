using Npgsql;

namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>
/// Fills a database. The rows are the same each time, except the times of the last change. The triggers run, so counters, versions and
/// the audit are as after so many requests.
/// </summary>
internal static class Seed
{
    private const int BatchSize = 50_000;

    // The syllables of names. Some have accents, because a search without accents must find them.
    private const string Syllables = """
        ARRAY[
            'an','be','ca','da','el','fi','ga','ha','in','jo','ka','le','ma','ne','ol','pe','qui','ro','sa','te',
            'ul','vi','we','xa','yo','zé','bér','cho','dra','glü','kra','lör','mén','nil','ñol','pra','sté','tha','vån','zel']
        """;

    private const string Names = $"""
        CREATE FUNCTION pg_temp.benchmark_name(n bigint, kind text, length integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT initcap(string_agg(({Syllables})[1 + get_byte(decode(md5(kind || n), 'hex'), i) % 40], '' ORDER BY i))
            FROM generate_series(1, length) AS i
        $$
        """;

    // One batch of users. Each batch is a transaction.
    private static string Users(Workspace workspace) => $"""
        INSERT INTO users (id, first_name, last_name, email, folded_email, role, created_at, updated_at)
        SELECT id, first_name, last_name, email, email, role, created_at, created_at
        FROM (
            SELECT {workspace.UserIdSql("n")} AS id, first_name, last_name, {Workspace.TimeSql("n", workspace.UserStep)} AS created_at,
                translate(lower(first_name || '.' || last_name), 'éüöåñ', 'euoan') || n || '@example.org' AS email,
                CASE WHEN n % 100 = 0 THEN 'admin' WHEN n % 10 = 3 THEN 'editor' WHEN n % 50 = 7 THEN 'guest' ELSE 'viewer' END AS role
            FROM (
                SELECT n, pg_temp.benchmark_name(n, 'first', 2) AS first_name, pg_temp.benchmark_name(n, 'last', 3) AS last_name
                FROM generate_series(@from, @to) AS n
            ) AS named
        ) AS described
        """;

    private static string Groups(Workspace workspace) => $"""
        INSERT INTO user_groups (id, name, icon, description, created_at, updated_at)
        SELECT {workspace.GroupIdSql("n")}, pg_temp.benchmark_name(n, 'group', 3) || ' ' || n, 'icon-' || n % 20,
            CASE WHEN n % 3 > 0 THEN 'What the people of ' || pg_temp.benchmark_name(n, 'group', 3) || ' work on together.' END,
            {Workspace.TimeSql("n", workspace.GroupStep)}, {Workspace.TimeSql("n", workspace.GroupStep)}
        FROM generate_series(1, {workspace.Groups}) AS n
        """;

    // Each user gets three groups, a third of the ordinary groups apart, so they differ.
    private static string Memberships(Workspace workspace) => $"""
        INSERT INTO memberships (user_id, group_id)
        SELECT {workspace.UserIdSql("n")}, {workspace.GroupIdSql("g")}
        FROM (
            SELECT n,
                1 + (n * 2654435761 % {workspace.OrdinaryGroups} + k * ({workspace.OrdinaryGroups} / 3)) % {workspace.OrdinaryGroups} AS g
            FROM generate_series(@from, @to) AS n
            CROSS JOIN generate_series(
                CASE WHEN n <= {Workspace.SmallGroupMembers} THEN 1 ELSE 0 END, CASE WHEN n % 10 = 0 THEN 1 ELSE 2 END) AS k
            UNION ALL
            SELECT n, {workspace.BigGroup} FROM generate_series(@from, @to) AS n WHERE n % 10 = 0
            UNION ALL
            SELECT n, {workspace.SmallGroup} FROM generate_series(@from, @to) AS n WHERE n <= {Workspace.SmallGroupMembers}
        ) AS pairs
        """;

    public static async Task FillAsync(
        string connectionString, Workspace workspace, Action<double> progress, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, Names, cancellationToken);
        await ExecuteAsync(connection, Groups(workspace), cancellationToken);
        // Memberships take about three times as long as users.
        foreach (var (sql, start, share) in new[] { (Users(workspace), 0.0, 0.25), (Memberships(workspace), 0.25, 0.75) })
        {
            for (long from = 1; from <= workspace.Users; from += BatchSize)
            {
                progress(start + (from * share / workspace.Users));
                var to = Math.Min(workspace.Users, from + BatchSize - 1);
                await ExecuteAsync(connection, sql, cancellationToken, ("from", from), ("to", to));
            }
        }

        progress(1);
        await ExecuteAsync(connection, "VACUUM (FREEZE, ANALYZE)", cancellationToken);
        await ExecuteAsync(connection, "CHECKPOINT", cancellationToken);
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params (string Name, long Value)[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter<long>(name, value));
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Unites the staged rows of a user into the first of them. The groups are united; all other given values must agree.</summary>
/// <remarks>Rows belong together if they have the same address, or the same id and no address.</remarks>
internal sealed class ImportMerge(ImportSession session)
{
    private const string FindRepeatedRows = """
        CREATE TEMP TABLE import_repeated AS
        SELECT line, key, min(line) OVER (PARTITION BY key) AS first_line
        FROM (
            SELECT line, key, count(*) OVER (PARTITION BY key) AS count
            FROM (
                SELECT line, coalesce(folded_email, CASE WHEN is_id_given THEN id::text END) AS key FROM import_users
            ) AS keyed
            WHERE key IS NOT NULL
        ) AS counted
        WHERE count > 1;

        ANALYZE import_repeated
        """;

    // For each column the first given value and the line that gives it.
    private static readonly string CreateUnited = $"""
        CREATE TEMP TABLE import_united AS
        SELECT first_line AS line, {FirstGiven("role", "i.role IS NOT NULL")}, {FirstGiven("id", "i.is_id_given")},
            (array_agg(i.created_at ORDER BY i.line) FILTER (WHERE i.is_id_given))[1] AS created_at,
            {string.Join(",\n    ", ImportColumns.Users.Select(column => FirstGiven(column.Name, $"i.gives_{column.Name}")))}
        FROM import_repeated JOIN import_users AS i USING (line)
        GROUP BY first_line;
        """;

    private static readonly string RefuseContradictions = $"""
        INSERT INTO import_refusals (line, part, code, detail, is_read)
        SELECT i.line, fault.part, 'merge_conflict',
            format('Line %s has the same user with another %s. Make the lines agree, or remove one.', fault.line, fault.part), true
        FROM import_repeated AS r
        JOIN import_users AS i ON i.line = r.line
        JOIN import_united AS u ON u.line = r.first_line
        CROSS JOIN LATERAL (
            SELECT 'role' AS part, u.role_line AS line WHERE i.role IS NOT NULL AND i.role <> u.role
            UNION ALL SELECT 'id', u.id_line WHERE i.is_id_given AND i.id <> u.id
            {string.Join("\n", ImportColumns.Users.Select(column =>
                $"UNION ALL SELECT '{column.Name}', u.{column.Name}_line "
                + $"WHERE i.gives_{column.Name} AND i.{column.Name} IS DISTINCT FROM u.{column.Name}"))}
        ) AS fault;

        -- A refused row takes no part any more.
        DELETE FROM import_users AS i USING import_repeated AS r
        WHERE i.line = r.line AND EXISTS (SELECT FROM import_refusals AS f WHERE f.line = r.line);

        DROP TABLE import_united;
        """;

    private static readonly string WriteUnited = $"""
        UPDATE import_users AS i SET
            role = u.role, id = coalesce(u.id, i.id), is_id_given = u.id IS NOT NULL, created_at = coalesce(u.created_at, i.created_at),
            {string.Join(",\n    ", ImportColumns.Users.Select(column =>
                $"gives_{column.Name} = u.{column.Name}_line IS NOT NULL, {column.Name} = u.{column.Name}"))},
            user_groups = g.user_groups
        FROM import_united AS u
        JOIN (
            SELECT r.first_line AS line, CASE WHEN bool_or(m.user_groups IS NOT NULL)
                THEN coalesce(array_agg(DISTINCT name) FILTER (WHERE name IS NOT NULL), array[]::text[]) END AS user_groups
            FROM import_repeated AS r JOIN import_users AS m USING (line) LEFT JOIN LATERAL unnest(m.user_groups) AS e (name) ON true
            GROUP BY r.first_line
        ) AS g USING (line)
        WHERE i.line = u.line
        """;

    private const string RemoveOthers = """
        DELETE FROM import_users AS i USING import_repeated AS r WHERE i.line = r.line AND r.line <> r.first_line
        """;

    /// <summary>Unites the rows.</summary>
    /// <returns>The number of rows that became part of an earlier row.</returns>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(FindRepeatedRows, cancellationToken);
        await session.ExecuteAsync(CreateUnited, cancellationToken);
        await session.ExecuteAsync(RefuseContradictions, cancellationToken);
        // Without the values of refused rows.
        await session.ExecuteAsync(CreateUnited, cancellationToken);
        await session.ExecuteAsync(WriteUnited, cancellationToken);
        return await session.ExecuteAsync(RemoveOthers, cancellationToken);
    }

    private static string FirstGiven(string column, string isGiven) =>
        $"(array_agg(i.{column} ORDER BY i.line) FILTER (WHERE {isGiven}))[1] AS {column}, "
        + $"min(i.line) FILTER (WHERE {isGiven}) AS {column}_line";
}

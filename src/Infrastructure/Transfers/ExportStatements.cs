using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.Users;
namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>
/// The statements of an export. Each walks through indexes in the order of ids and sends a row as soon as it has come to it: however much
/// there is, neither the server nor the service holds more than a little.
/// </summary>
internal static class ExportStatements
{
    /// <summary>
    /// Opens the snapshot. What it rules out would be faster to the last row, and write the whole workspace to temporary files, or keep
    /// other processors busy for as long as the client takes, before the first.
    /// </summary>
    public const string Begin = """
        SET TRANSACTION READ ONLY;
        SET LOCAL enable_sort = off;
        SET LOCAL enable_hashagg = off;
        SET LOCAL enable_hashjoin = off;
        SET LOCAL max_parallel_workers_per_gather = 0;
        SET LOCAL jit = off
        """;

    // Memberships lie in their index as users do in theirs, so the two are read side by side. How a group is called is found out for each
    // membership, of which there are so many that PostgreSQL remembers what it found (Memoize): OFFSET keeps it in one piece for that.
    // Another group of the same name has the same folded name, which has an index.
    private const string GroupNames = """
        SELECT user_id, array_agg(name) AS names
        FROM (
            SELECT s.user_id, called.name
            FROM memberships AS s
            CROSS JOIN LATERAL (
                SELECT CASE
                    WHEN g.name IS NULL OR g.name ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' OR EXISTS (
                        SELECT FROM user_groups AS o
                        WHERE coalesce(fold_text(o.name), '') COLLATE "C" = coalesce(fold_text(g.name), '') COLLATE "C"
                            AND o.name = g.name AND o.id <> g.id)
                    THEN g.id::text ELSE g.name END AS name
                FROM user_groups AS g WHERE g.id = s.group_id OFFSET 0
            ) AS called
            ORDER BY s.user_id, s.group_id
        ) AS members
        GROUP BY user_id
        """;

    /// <summary>All rows, in the order of what names them.</summary>
    public static string Of<T>(Rows<T> rows, string columns) => $"SELECT {columns} FROM {rows.Table} ORDER BY {rows.Key[0]}";

    /// <summary>All users, each with what its groups are called after its columns.</summary>
    public static string WithGroupNames(UserRows users, string columns) =>
        $"SELECT {columns}, coalesce(m.names, '{{}}') FROM {users.Table} LEFT JOIN ({GroupNames}) AS m ON m.user_id = u.id ORDER BY u.id";
}

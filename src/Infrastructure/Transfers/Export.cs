using System.Data;
using System.Runtime.CompilerServices;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.UserGroups;
using CleanWorkspace.Infrastructure.Users;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>One export. Each statement reads rows in the order of an index on ids and sends each row immediately.</summary>
/// <remarks>So neither the database nor the service holds many rows.</remarks>
internal sealed class Export(NpgsqlConnection connection, IExportWriter writer)
{
    private const string PrepareTransaction = """
        SET TRANSACTION READ ONLY;
        -- Sorting and hashing would finish earlier, but write the whole workspace to temporary files before the first row.
        SET LOCAL enable_sort = off;
        SET LOCAL enable_hashagg = off;
        SET LOCAL enable_hashjoin = off;
        -- Parallel workers would stay busy while the client reads.
        SET LOCAL max_parallel_workers_per_gather = 0;
        SET LOCAL jit = off
        """;

    // For each group of a user, the text that finds the group in an import. It is the name if the name is unique and does not look like
    // an id. Otherwise it is the id.
    private const string GroupNames = """
        SELECT user_id, array_agg(name) AS names
        FROM (
            SELECT s.user_id, called.name
            FROM memberships AS s
            CROSS JOIN LATERAL (
                SELECT CASE
                    WHEN g.name IS NULL OR g.name ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' OR EXISTS (
                        -- Equal names have equal folded names, and the folded name has an index.
                        SELECT FROM user_groups AS o
                        WHERE coalesce(fold_text(o.name), '') COLLATE "C" = coalesce(fold_text(g.name), '') COLLATE "C"
                            AND o.name = g.name AND o.id <> g.id)
                    THEN g.id::text ELSE g.name END AS name
                -- OFFSET keeps the subquery separate, so PostgreSQL caches its result for each group (Memoize).
                FROM user_groups AS g WHERE g.id = s.group_id OFFSET 0
            ) AS called
            ORDER BY s.user_id, s.group_id
        ) AS members
        GROUP BY user_id
        """;

    // In an export a user names its groups. A group does not list its users, because the list can be very long.
    private static readonly Fields<UserGroupResponse> GroupFields = FieldsOf(
        ["id", "name", .. ImportColumns.Groups.Select(column => column.Name), "created_at", "updated_at"]);

    // A standby needs it to name the running transactions of the snapshot.
    private const string ReadRunning = "SELECT running_transactions()::text";

    // The snapshot is the one of all statements of the export.
    private const string ReadToken =
        "SELECT epoch, final_position, export_snapshot(@earlier::pg_snapshot, final_position) FROM poll_events()";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var running = new NpgsqlCommand(ReadRunning, connection);
        var earlier = (string)(await running.ExecuteScalarAsync(cancellationToken))!;
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var prepare = new NpgsqlCommand(PrepareTransaction, connection))
        {
            await prepare.ExecuteNonQueryAsync(cancellationToken);
        }

        await foreach (var row in ReadAsync(ReadToken, cancellationToken, new NpgsqlParameter<string>("earlier", earlier)))
        {
            var token = new EventToken(row.GetString(0), row.GetInt64(1), row.GetString(2));
            writer.Begin(token.IsTooLong ? throw Failure.TooManyWrites() : token);
        }

        if (writer.HasGroups)
        {
            await WriteGroupsAsync(cancellationToken);
            await WriteUsersAsync(cancellationToken);
        }
        else
        {
            await WriteUsersWithGroupNamesAsync(cancellationToken);
        }
    }

    private async Task WriteGroupsAsync(CancellationToken cancellationToken)
    {
        var groups = UserGroupRows.Instance;
        await foreach (var row in ReadAsync(SelectAll(groups, GroupFields), cancellationToken))
        {
            await writer.WriteAsync(groups.Read(row, GroupFields), cancellationToken);
        }
    }

    private async Task WriteUsersAsync(CancellationToken cancellationToken)
    {
        var users = UserRows.Instance;
        await foreach (var row in ReadAsync(SelectAll(users, Fields<UserResponse>.All), cancellationToken))
        {
            await writer.WriteAsync(users.Read(row, Fields<UserResponse>.All), [], cancellationToken);
        }
    }

    private async Task WriteUsersWithGroupNamesAsync(CancellationToken cancellationToken)
    {
        var users = UserRows.Instance;
        // Memberships and users are both read in the order of user ids, so the join needs no sort.
        var sql = $$"""
            SELECT {{users.ColumnsOf(Fields<UserResponse>.All)}}, coalesce(m.names, '{}')
            FROM {{users.Table}} LEFT JOIN ({{GroupNames}}) AS m ON m.user_id = {{users.Key[0]}}
            ORDER BY {{users.Key[0]}}
            """;
        await foreach (var row in ReadAsync(sql, cancellationToken))
        {
            var groupNames = row.GetFieldValue<string[]>(row.FieldCount - 1);
            await writer.WriteAsync(users.Read(row, Fields<UserResponse>.All), groupNames, cancellationToken);
        }
    }

    private static Fields<UserGroupResponse> FieldsOf(IEnumerable<string> names) =>
        Fields<UserGroupResponse>.TryParse(string.Join(',', names), out var fields)
            ? fields
            : throw new InvalidOperationException("The export names an unknown field.");

    private static string SelectAll<T>(Rows<T> rows, Fields<T> fields) =>
        $"SELECT {rows.ColumnsOf(fields)} FROM {rows.Table} ORDER BY {rows.Key[0]}";

    private async IAsyncEnumerable<NpgsqlDataReader> ReadAsync(
        string sql, [EnumeratorCancellation] CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var isAtEnd = false;
        try
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                yield return reader;
            }

            isAtEnd = true;
        }
        finally
        {
            if (!isAtEnd)
            {
                // Disposing the reader alone would read all remaining rows.
                command.Cancel();
            }
        }
    }
}

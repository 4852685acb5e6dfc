using CleanWorkspace.Application.Lists;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Reads rows of one kind by their description.</summary>
/// <param name="database">The database.</param>
/// <param name="rows">The description of a row.</param>
internal sealed class RowQueries<T>(NpgsqlDataSource database, Rows<T> rows)
    where T : class
{
    // PostgreSQL assumes 10 ids in an array parameter. A shorter array makes a new plan look cheaper each time, and planning costs
    // more than the lookup.
    private const int AssumedIds = 10;

    /// <summary>Returns the row with this id, or null if it does not exist.</summary>
    public async Task<T?> FindAsync(Guid id, Fields<T> fields, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {rows.ColumnsOf(fields)}\nFROM {rows.Table} WHERE {rows.Key[0]} = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? rows.Read(reader, fields) : null;
    }

    /// <summary>Returns the rows with these ids. The value is null for a row with too many memberships.</summary>
    public async Task<IReadOnlyDictionary<Guid, T?>> FindManyAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        Guid[] padded = [.. ids, .. Enumerable.Repeat(ids[0], Math.Max(0, AssumedIds - ids.Count))];
        await using var command = database.CreateCommand(
            $"SELECT {rows.ColumnsInBatch}\nFROM {rows.Table} WHERE {rows.Key[0]} = ANY ($1)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = padded });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<Guid, T?>(ids.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetGuid(0), rows.IsComplete(reader) ? rows.Read(reader, Fields<T>.All) : null);
        }

        return found;
    }

    /// <summary>Returns the ids that belong to rows.</summary>
    public async Task<IReadOnlySet<Guid>> FindExistingAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT id FROM {rows.Name} WHERE id = ANY ($1)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetGuid(0));
        }

        return found;
    }

    /// <summary>Returns one page of a list with the number of its rows, mostly in one round trip.</summary>
    public async Task<Page<T>> ListAsync(ListStatement list, ListRequest<T> request, CancellationToken cancellationToken)
    {
        var fields = request.Fields ?? Fields<T>.All;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (found, count) = await ReadAsync(connection, list.ToBatch(rows, fields, request), fields, cancellationToken);

        // The count comes with the rows. A page after the end has no rows, so it needs a statement of its own.
        if (found.Count == 0 && (request.Cursor is not null || request.Offset > 0))
        {
            await using var counting = list.ToCountCommand();
            counting.Connection = connection;
            count = (int)(await counting.ExecuteScalarAsync(cancellationToken))!;
        }

        if (list.HasTooMany(count))
        {
            (found, _) = await ReadAsync(connection, list.ToBatchOfMany(rows, fields, request), fields, cancellationToken);
            count = ListStatement.MaxCount;
        }

        return Page.Of(request, count, found);
    }

    private async Task<(List<(T Row, ListPosition Position)> Found, int Count)> ReadAsync(
        NpgsqlConnection connection, NpgsqlBatch batch, Fields<T> fields, CancellationToken cancellationToken)
    {
        await using var page = batch;
        page.Connection = connection;
        await using var reader = await page.ExecuteReaderAsync(cancellationToken);
        var (found, count) = (new List<(T, ListPosition)>(), 0);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = rows.Read(reader, fields);
                found.Add((row, rows.PositionOf(row, reader.GetString(reader.FieldCount - 2))));
                count = reader.GetInt32(reader.FieldCount - 1);
            }
        }
        while (await reader.NextResultAsync(cancellationToken));
        return (found, count);
    }
}

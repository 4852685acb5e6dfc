using CleanWorkspace.Application;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Runs the batches of one kind of rows and reads the stored row as the answer.</summary>
/// <param name="database">The database.</param>
/// <param name="rows">The description of a row.</param>
/// <param name="caller">The caller.</param>
internal sealed class RowWrites<T>(NpgsqlDataSource database, Rows<T> rows, Caller caller)
    where T : class
{
    /// <summary>Starts a batch for a row.</summary>
    public WriteBatch Begin(Guid id) => new(rows.Name, id, caller);

    /// <summary>Runs a batch that ends with the insert of a row, and returns the row.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="key">The idempotency key that the batch requires to be unused, or null. A used key returns the first answer.</param>
    /// <param name="cancellationToken">Cancels the batch.</param>
    public async Task<T> CreateAsync(WriteBatch batch, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (key is null)
        {
            return (await RunAsync(batch, cancellationToken))!;
        }

        // Replaces an expired record of the same key.
        batch.Then($"""
            INSERT INTO idempotency_records (actor, key, fingerprint, answer)
            SELECT @key_actor, @key, @fingerprint, to_jsonb(stored)
            FROM (SELECT {rows.ColumnsOf(Fields<T>.All)} FROM {rows.Table} WHERE {rows.Key[0]} = @id) AS stored
            ON CONFLICT ON CONSTRAINT pk_idempotency_records
            DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at
            """);
        try
        {
            return (await RunAsync(batch, cancellationToken))!;
        }
        catch (PostgresException refusal) when (refusal.SqlState == WriteRules.AlreadyWritten)
        {
            // Null means that the record expired in between.
            return await FindAnswerAsync(key, cancellationToken) ?? throw Failure.Contention(refusal);
        }
    }

    /// <summary>Runs a batch and returns its row as it is stored now, or null if it does not exist.</summary>
    /// <remarks>
    /// A new row without memberships is read by RETURNING. Other rows are read by a last statement: after waiting for another writer,
    /// RETURNING would show that writer's row but the memberships of before.
    /// </remarks>
    public Task<T?> RunAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var statements = batch.Sql;
        var separator = statements.Length > 0 ? ";\n" : "";
        var sql = batch.EndsWithInsert
            ? $"{statements}\nRETURNING {rows.ColumnsOfNew}"
            : $"{statements}{separator}SELECT {rows.ColumnsOf(Fields<T>.All)}\nFROM {rows.Table} WHERE {rows.Key[0]} = @id";
        return ReadAsync<T>(batch.ToCommand(sql), (row, _) => rows.Read(row, Fields<T>.All), cancellationToken);
    }

    /// <summary>Runs a batch and returns true if it changed a row.</summary>
    public async Task<bool> ExecuteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        await using var command = batch.ToCommand(batch.Sql);
        return await WriteRules.RunAsync(
            async () =>
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                command.Connection = connection;
                return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
            },
            cancellationToken);
    }

    /// <summary>Runs a batch and reads the rows of all its statements, or returns null if they have none.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="read">Returns the result so far from a row and the result of the rows before, which is null for the first row.</param>
    /// <param name="cancellationToken">Cancels the batch.</param>
    public Task<TResult?> ReadAsync<TResult>(
        WriteBatch batch, Func<NpgsqlDataReader, TResult?, TResult> read, CancellationToken cancellationToken)
        where TResult : class => ReadAsync(batch.ToCommand(batch.Sql), read, cancellationToken);

    private async Task<TResult?> ReadAsync<TResult>(
        NpgsqlCommand command, Func<NpgsqlDataReader, TResult?, TResult> read, CancellationToken cancellationToken)
        where TResult : class
    {
        await using (command)
        {
            return await WriteRules.RunAsync(
                async () =>
                {
                    await using var connection = await database.OpenConnectionAsync(cancellationToken);
                    command.Connection = connection;
                    await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                    TResult? result = null;
                    // Reads to the end: the row arrives before its triggers have run, and a trigger may still refuse the write.
                    do
                    {
                        while (await reader.ReadAsync(cancellationToken))
                        {
                            result = read(reader, result);
                        }
                    }
                    while (await reader.NextResultAsync(cancellationToken));

                    return result;
                },
                cancellationToken);
        }
    }

    private Task<T?> FindAnswerAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            $"""
            SELECT stored.* FROM idempotency_records AS r CROSS JOIN jsonb_to_record(r.answer) AS stored ({rows.Definitions})
            WHERE r.actor = $1 AND r.key = $2 AND r.fingerprint = $3
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = caller.Actor },
                new NpgsqlParameter<string> { TypedValue = key.Value },
                new NpgsqlParameter<byte[]> { TypedValue = key.Fingerprint },
            },
        };
        return ReadAsync<T>(command, (row, _) => rows.Read(row, Fields<T>.All), cancellationToken);
    }
}

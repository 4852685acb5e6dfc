using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The record of an import, or of its job, under its idempotency key (docs/decisions/0008).</summary>
/// <remarks>An import has a record only if it was applied. A job has one in any case, because the key names the job.</remarks>
internal sealed class ImportRecord(NpgsqlConnection connection, Caller caller, IdempotencyKey key)
{
    private const string Find = $"""
        SELECT fingerprint = @fingerprint, answer::text FROM idempotency_records
        WHERE actor = @actor AND key = @key AND created_at > {IdempotencyRecord.ExpiredUntil}
        """;

    private const string RequireUnused = $"SELECT require_unused_key(@actor, @key, @fingerprint, {IdempotencyRecord.ExpiredUntil})";

    // Replaces an expired record of the same key.
    private const string Insert = """
        INSERT INTO idempotency_records (actor, key, fingerprint, answer) VALUES (@actor, @key, @fingerprint, @answer::jsonb)
        ON CONFLICT ON CONSTRAINT pk_idempotency_records
        DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at
        """;

    private NpgsqlParameter[] Parameters =>
    [
        new NpgsqlParameter<string>("actor", caller.Actor),
        new NpgsqlParameter<string>("key", key.Value),
        new NpgsqlParameter<byte[]>("fingerprint", key.Fingerprint),
    ];

    /// <summary>Returns the answer to the first request with this key, or null if there was none.</summary>
    /// <exception cref="Failure">The key belongs to another request.</exception>
    public async Task<TAnswer?> FindAsync<TAnswer>(CancellationToken cancellationToken)
        where TAnswer : class
    {
        await using var command = CreateCommand(Find);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        return row.GetBoolean(0) ? JsonSerializer.Deserialize<TAnswer>(row.GetString(1)) : throw Failure.IdempotencyKeyReused();
    }

    /// <summary>Reserves the key until the transaction ends.</summary>
    public async Task ReserveAsync(CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(RequireUnused);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds the record in the transaction of the import or the job.</summary>
    public async Task AddAsync<TAnswer>(TAnswer answer, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(Insert);
        command.Parameters.Add(new NpgsqlParameter<string>("answer", JsonSerializer.Serialize(answer)));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand CreateCommand(string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(Parameters);
        return command;
    }
}

using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The record of an import under its idempotency key (docs/decisions/0008). Only an applied import has one.</summary>
internal sealed class ImportRecord(ImportSession session, Caller caller, IdempotencyKey key)
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

    /// <summary>Returns the summary of the first import with this key, or null if there was none.</summary>
    /// <exception cref="Failure">The key belongs to another request.</exception>
    public async Task<ImportSummary?> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Find, session.Connection);
        command.Parameters.AddRange(Parameters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        return row.GetBoolean(0) ? JsonSerializer.Deserialize<ImportSummary>(row.GetString(1)) : throw Failure.IdempotencyKeyReused();
    }

    /// <summary>Reserves the key until the transaction ends.</summary>
    public Task ReserveAsync(CancellationToken cancellationToken) => session.ExecuteAsync(RequireUnused, cancellationToken, Parameters);

    /// <summary>Adds the record in the transaction of the import.</summary>
    public Task AddAsync(ImportSummary summary, CancellationToken cancellationToken) => session.ExecuteAsync(
        Insert, cancellationToken, [.. Parameters, new NpgsqlParameter<string>("answer", JsonSerializer.Serialize(summary))]);
}

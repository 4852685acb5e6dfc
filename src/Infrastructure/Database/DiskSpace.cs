using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Whether the disk of the database was full at the last write that needed space.</summary>
public sealed class DiskSpace
{
    // Needs new pages, and leaves nothing, because it is rolled back.
    private const string TryToWrite = """
        INSERT INTO idempotency_records (actor, key, fingerprint, answer)
        SELECT 'service', gen_random_uuid()::text, '', to_jsonb(string_agg(gen_random_uuid()::text, '')) FROM generate_series(1, 10000)
        """;

    private volatile bool _isFull;

    /// <summary>Records that a write failed because the disk was full.</summary>
    public void ReportFull() => _isFull = true;

    /// <summary>Tells whether the disk is full. After a reported failure it tries a write each time, until one succeeds.</summary>
    internal async Task<bool> IsFullAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!_isFull)
        {
            return false;
        }

        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand(TryToWrite, connection, transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
            _isFull = false;
        }
        catch (NpgsqlException fault) when (DatabaseFault.IsDiskFull(fault))
        {
            // It is still full.
        }

        return _isFull;
    }
}

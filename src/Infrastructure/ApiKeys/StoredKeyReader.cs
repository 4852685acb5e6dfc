using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Users;
using Npgsql;

namespace CleanWorkspace.Infrastructure.ApiKeys;

/// <summary>Reads an API key for authentication.</summary>
/// <remarks>It does not use EF Core, because the first request would wait until EF Core has built its model.</remarks>
public sealed class StoredKeyReader(NpgsqlDataSource database)
{
    // Callers stop waiting earlier. The timeout frees a connection that died unnoticed.
    private const int TimeoutSeconds = 5;

    /// <summary>Returns the key, or null if it does not exist.</summary>
    /// <exception cref="NpgsqlException">The database does not answer, or it refuses the statement.</exception>
    public async Task<StoredKey?> FindAsync(Guid id)
    {
        await using var command = database.CreateCommand("SELECT name, role, expires_at, token_hash FROM api_keys WHERE id = $1");
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? new StoredKey(
                id,
                row.GetString(0),
                RoleName.Parse(row.GetString(1)),
                row.GetFieldValue<DateTimeOffset?>(2),
                row.GetFieldValue<byte[]>(3))
            : null;
    }
}

using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Users;
using Npgsql;

namespace CleanWorkspace.Infrastructure.ApiKeys;

/// <summary>
/// Reads API keys to authenticate by. Without EF Core: the first request with a key would have to wait until its model is
/// built.
/// </summary>
public sealed class StoredKeys(NpgsqlDataSource database)
{
    // Nobody waits that long; it frees the connection if that has died unnoticed.
    private const int TimeoutSeconds = 5;

    /// <summary>The key of that id, or null where there is none.</summary>
    /// <exception cref="NpgsqlException">The database does not answer, or refuses.</exception>
    public async Task<StoredKey?> FindAsync(Guid id)
    {
        await using var command = database.CreateCommand("SELECT role, expires_at, token_hash FROM api_keys WHERE id = $1");
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? new StoredKey(id, RoleName.Parse(row.GetString(0)), row.GetFieldValue<DateTimeOffset?>(1), row.GetFieldValue<byte[]>(2))
            : null;
    }
}

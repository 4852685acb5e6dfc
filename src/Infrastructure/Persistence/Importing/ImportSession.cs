using Npgsql;

namespace CleanWorkspace.Infrastructure.Persistence.Importing;

/// <summary>The connection of one import, and whoever else's import is kept away by it.</summary>
internal sealed class ImportSession(NpgsqlConnection connection) : IAsyncDisposable
{
    // Any number that no other program on the same database uses for its advisory locks.
    private const long LockKey = 0x436C_6561_6E57_5332;

    public NpgsqlConnection Connection => connection;

    /// <summary>Whether this session has the turn, which it keeps until it ends. It may then sort and join more in memory than others.</summary>
    public Task<bool> TryTakeTurnAsync(CancellationToken cancellationToken) => ReadAsync<bool>(
        $"SELECT pg_try_advisory_lock({LockKey}) AND set_config('work_mem', '64MB', false) IS NOT NULL", cancellationToken);

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<T> ReadAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}

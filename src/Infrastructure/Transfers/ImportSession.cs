using System.Data;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The connection of one import, and whoever else's import is kept away by it.</summary>
internal sealed class ImportSession(NpgsqlConnection connection) : IAsyncDisposable
{
    // Any number that no other program on the same database uses for its advisory locks.
    private const long LockKey = 0x436C_6561_6E57_5332;

    private const int SecondsToUnlock = 5;

    private Task _begun = Task.CompletedTask;

    public NpgsqlConnection Connection => connection;

    /// <summary>
    /// Whether this session has the turn, which it keeps until it ends. It may then keep more in memory than others do, and PostgreSQL compiles
    /// nothing for it (<c>jit</c>): that takes longer than most of its statements.
    /// </summary>
    public Task<bool> TryTakeTurnAsync(CancellationToken cancellationToken) => ReadAsync<bool>(
        $"""
        SELECT pg_try_advisory_lock({LockKey})
            AND set_config('work_mem', '64MB', false) || set_config('temp_buffers', '32MB', false) || set_config('jit', 'off', false) IS NOT NULL
        """,
        cancellationToken);

    /// <summary>Waits for what was begun before, and begins what whoever comes next on the connection waits for.</summary>
    public async Task BeginAsync(Func<Task> work)
    {
        await _begun;
        // Off the caller's thread, which reads on meanwhile.
        _begun = Task.Run(work);
    }

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await _begun;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<T> ReadAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await _begun;
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Gives the turn back before the session is closed: the database goes on with that, as it has tables to drop, when nobody waits for
    /// it any more, and who has heard how the import ended may begin another.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await using (connection)
        {
            // Whatever became of it was either waited for or ends together with what has ended the import.
            await _begun.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (connection.State != ConnectionState.Open)
            {
                return;
            }

            try
            {
                await using var command = new NpgsqlCommand($"SELECT pg_advisory_unlock({LockKey})", connection) { CommandTimeout = SecondsToUnlock };
                await command.ExecuteNonQueryAsync();
            }
            catch (NpgsqlException)
            {
                // The session is at its end, and so is its turn.
            }
        }
    }
}

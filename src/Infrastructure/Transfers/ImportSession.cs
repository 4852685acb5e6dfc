using System.Data;
using System.Diagnostics;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The connection of one import. It holds the lock that keeps out other imports.</summary>
internal sealed class ImportSession(NpgsqlConnection connection) : IAsyncDisposable
{
    // An arbitrary number. No other program may use it for advisory locks on the same database.
    private const long LockKey = 0x436C_6561_6E57_5332;

    private const int SecondsToUnlock = 5;

    // Batch size, in lines. It bounds the triggers' transition tables and sets the progress interval.
    private const int BatchSize = 20_000;

    private readonly long _start = Stopwatch.GetTimestamp();

    private Task _background = Task.CompletedTask;

    public NpgsqlConnection Connection => connection;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Takes the lock if no other import holds it, and configures the session.</summary>
    /// <returns>Whether the session has the lock.</returns>
    public Task<bool> TryLockAsync(CancellationToken cancellationToken) => ReadAsync<bool>(
        $"""
        -- An import sorts and joins more rows than requests do. To compile a statement (jit) takes longer than to run it.
        SELECT pg_try_advisory_lock({LockKey})
            AND set_config('work_mem', '64MB', false) || set_config('temp_buffers', '32MB', false)
                || set_config('jit', 'off', false) IS NOT NULL
        """,
        cancellationToken);

    /// <summary>Waits for the previous operation on the connection, then starts this one in the background.</summary>
    public async Task StartAsync(Func<Task> operation)
    {
        await _background;
        // On another thread, because this one continues to read the file.
        _background = Task.Run(operation);
    }

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await _background;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs a statement for some lines after another, from <c>@from</c> (exclusive) to <c>@to</c>.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="lastLine">The number of the last line.</param>
    /// <param name="progress">Receives the number of changed rows so far, after each batch.</param>
    /// <param name="cancellationToken">Ends the import.</param>
    public async Task ExecuteInBatchesAsync(string sql, long lastLine, Action<long> progress, CancellationToken cancellationToken)
    {
        var done = 0L;
        for (var from = 0L; from < lastLine; from += BatchSize)
        {
            done += await ExecuteAsync(
                sql, cancellationToken, new NpgsqlParameter<long>("from", from), new NpgsqlParameter<long>("to", from + BatchSize));
            progress(done);
        }
    }

    public async Task<T> ReadAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await _background;
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Releases the lock before the connection closes. The database drops the temporary tables after that, and a next import must not
    /// be refused meanwhile.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await using (connection)
        {
            // An exception of the operation was already thrown, or the import is ending because of another one.
            await _background.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (connection.State != ConnectionState.Open)
            {
                return;
            }

            try
            {
                await using var command = new NpgsqlCommand($"SELECT pg_advisory_unlock({LockKey})", connection)
                {
                    CommandTimeout = SecondsToUnlock,
                };
                await command.ExecuteNonQueryAsync();
            }
            catch (NpgsqlException)
            {
                // The connection is lost, and the database releases the lock with it.
            }
        }
    }
}

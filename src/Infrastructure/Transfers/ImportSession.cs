using System.Data;
using System.Diagnostics;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The connection of one import. It holds the lock that keeps out other imports.</summary>
/// <remarks>
/// Behind a pooler in transaction mode, the whole import is one transaction, and the writes begin at a savepoint. Otherwise only the writes
/// are a transaction (<c>docs/decisions/0028</c>).
/// </remarks>
/// <param name="connection">The connection.</param>
/// <param name="hasPooler">True if a pooler in transaction mode is in front of the server.</param>
internal sealed class ImportSession(NpgsqlConnection connection, bool hasPooler) : IAsyncDisposable
{
    // An arbitrary number. No other program may use it for advisory locks on the same database.
    private const long LockKey = 0x436C_6561_6E57_5332;

    private const int SecondsToUnlock = 5;

    private static readonly string LockSession = $"""
        -- An import sorts and joins more rows than requests do. To compile a statement (jit) takes longer than to run it.
        SELECT pg_try_advisory_lock({LockKey})
            AND set_config('work_mem', '64MB', false) || set_config('temp_buffers', '32MB', false)
                || set_config('jit', 'off', false) IS NOT NULL
        """;

    // The size of temp_buffers cannot change on a connection that had temporary tables before. The transaction waits for the client.
    private static readonly string LockTransaction = $"""
        SELECT pg_try_advisory_xact_lock({LockKey})
            AND set_config('work_mem', '64MB', true) || set_config('idle_in_transaction_session_timeout', '0', true)
                || set_config('jit', 'off', true) IS NOT NULL
        """;

    // Batch size, in lines. It bounds the triggers' transition tables and sets the progress interval.
    private const int BatchSize = 20_000;

    private const string BeforeWrites = "before_writes";

    private readonly long _start = Stopwatch.GetTimestamp();

    private NpgsqlTransaction? _transaction;
    private Task _background = Task.CompletedTask;

    public NpgsqlConnection Connection => connection;

    /// <summary>True if the whole import is one transaction. Nothing of the session outlives it.</summary>
    public bool IsOneTransaction => hasPooler;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Takes the lock if no other import holds it, and configures the session.</summary>
    /// <returns>Whether the session has the lock.</returns>
    public async Task<bool> TryLockAsync(CancellationToken cancellationToken)
    {
        if (hasPooler)
        {
            _transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        }

        return await ReadAsync<bool>(hasPooler ? LockTransaction : LockSession, cancellationToken);
    }

    /// <summary>Begins the writes.</summary>
    public async Task BeginWritesAsync(CancellationToken cancellationToken)
    {
        if (hasPooler)
        {
            await _transaction!.SaveAsync(BeforeWrites, cancellationToken);
        }
        else
        {
            _transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        }
    }

    /// <summary>Takes the writes back. The import can then plan again.</summary>
    public async Task UndoWritesAsync(CancellationToken cancellationToken)
    {
        if (hasPooler)
        {
            await _transaction!.RollbackAsync(BeforeWrites, cancellationToken);
        }
        else
        {
            await _transaction!.DisposeAsync();
        }
    }

    /// <summary>Commits the writes. Behind a pooler, this ends the lock.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) => _transaction!.CommitAsync(cancellationToken);

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
    /// Takes back what is not committed, and releases the lock before the connection closes. The database drops the temporary tables after
    /// that, and a next import must not be refused meanwhile.
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
                if (_transaction is not null)
                {
                    await _transaction.DisposeAsync();
                }

                if (!hasPooler)
                {
                    await using var command = new NpgsqlCommand($"SELECT pg_advisory_unlock({LockKey})", connection)
                    {
                        CommandTimeout = SecondsToUnlock,
                    };
                    await command.ExecuteNonQueryAsync();
                }
            }
            catch (NpgsqlException)
            {
                // The connection is lost, and the database releases the lock with it.
            }
        }
    }
}

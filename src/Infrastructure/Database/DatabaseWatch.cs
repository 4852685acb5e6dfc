using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Knows whether the database answers anything at all, so that nobody waits for one that is silent: stopped without its
/// connections being closed, or cut off by a network that loses what is sent. A statement that takes long on a server that
/// answers others is none of its business.
/// </summary>
/// <remarks>
/// The watch sends statements of its own over a connection of its own, so a server that lives always gives a sign of life. Any answer to a
/// statement that EF Core sends is one too.
/// </remarks>
public sealed class DatabaseWatch : BackgroundService, IDbCommandInterceptor
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // After so many intervals without a sign the database is silent; after the lesser number it may well be. Intervals are
    // counted, not time: a service that was itself held up for a while has to be given its chance to hear.
    private const int Limit = 5;
    private const int Doubtful = 2;

    // The first connection may take longer, as everything starts at once; and the database was there just now.
    private const int FirstLimit = 40;

    private readonly NpgsqlDataSource _server;
    private readonly int _maxConnections;
    private readonly ConcurrentQueue<CancellationTokenSource> _leftBehind = [];
    private volatile TaskCompletionSource _silence = NewSilence();
    private volatile int _line;
    private bool _heard;

    /// <param name="connectionString">The server.</param>
    public DatabaseWatch(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "CleanWorkspace watch",
            Pooling = false,
            Multiplexing = false,
            // A connection that got no answer ends by itself.
            Timeout = 2,
            CommandTimeout = 2,
            CancellationTimeout = -1,
        };
        _maxConnections = settings.MaxPoolSize;
        _server = new NpgsqlDataSourceBuilder(settings.ConnectionString)
            .ConfigureTypeLoading(types => types.EnableTypeLoading(false))
            .Build();
    }

    /// <summary>Does what needs the database, and waits for it no longer than the database gives signs of life.</summary>
    /// <param name="work">
    /// Is not begun where the database is silent. Where it falls silent the work is left behind, since even to cancel a
    /// statement needs the server: it is cancelled when the server is back, and may have written by then. What it works with
    /// must be its own, and stay until it ends: a scope that it opens and closes, nothing of the request's.
    /// </param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="NpgsqlException">The database is silent; transient.</exception>
    public async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var silence = _silence.Task;
        if (!silence.IsCompleted)
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var result = work(stop.Token);
            if (await Task.WhenAny(result, silence) == result)
            {
                stop.Dispose();
                return await result;
            }

            _leftBehind.Enqueue(stop);
            if (_silence.Task != silence)
            {
                // The silence has ended meanwhile, maybe without finding this here.
                StartCancelling();
            }

            // Nobody is left to be told how it ends.
            _ = result.ContinueWith(
                static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        throw new NpgsqlException("It is silent.", new TimeoutException());
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _server.Dispose();
        base.Dispose();
    }

    ValueTask<DbDataReader> IDbCommandInterceptor.ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken)
    {
        Hear();
        return ValueTask.FromResult(result);
    }

    ValueTask<int> IDbCommandInterceptor.NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken)
    {
        Hear();
        return ValueTask.FromResult(result);
    }

    Task IDbCommandInterceptor.CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken)
    {
        if (eventData.Exception is PostgresException)
        {
            Hear();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ThreadPool.GetMinThreads(out var threads, out var ports);
        using var timer = new PeriodicTimer(Interval);
        // Ended so and not by an exception, which the host would report where a start fails.
        await using var end = stoppingToken.Register(timer.Dispose);
        var questions = Task.CompletedTask;
        var missed = Limit - FirstLimit;
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            missed = Interlocked.Exchange(ref _heard, false) ? 0 : missed + 1;
            switch (missed)
            {
                case 0:
                    ThreadPool.SetMinThreads(threads, ports);
                    EndSilence();
                    break;
                case Doubtful:
                    // To cancel a statement, at its timeout or as its client goes away, Npgsql holds up a thread until the
                    // server has taken note: in silence for many seconds, and for all statements in flight at once. Requests
                    // must find a thread all the same; in other times so many would be in each other's way.
                    ThreadPool.SetMinThreads(threads + _maxConnections, ports);
                    break;
                case Limit:
                    _silence.TrySetResult();
                    break;
            }

            // A new connection may come through where one that was open waits for a lost packet.
            if (questions.IsCompleted || (missed > 0 && missed % Limit == 0))
            {
                questions = AskAsync(++_line, stoppingToken);
            }
        }
    }

    // Those who wait go on side by side, not one after another where the silence is noticed.
    private static TaskCompletionSource NewSilence() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void EndSilence()
    {
        if (!_silence.Task.IsCompleted)
        {
            return;
        }

        _silence = NewSilence();
        StartCancelling();
    }

    // Their connections may be lost, which only cancelling them shows soon. It blocks.
    private void StartCancelling() =>
        _ = Task.Factory.StartNew(CancelLeftBehind, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void CancelLeftBehind()
    {
        while (_leftBehind.TryDequeue(out var stop))
        {
            stop.Cancel();
            stop.Dispose();
        }
    }

    private void Hear() => Volatile.Write(ref _heard, true);

    // Asks over one connection until there is no answer, or until another connection has taken its place.
    private async Task AskAsync(int line, CancellationToken stoppingToken)
    {
        try
        {
            await using var connection = await _server.OpenConnectionAsync(stoppingToken);
            await using var question = new NpgsqlCommand("SELECT 1", connection);
            while (line == _line)
            {
                // Not cancelled by the end of the service: that would wait for the server.
                await question.ExecuteNonQueryAsync(CancellationToken.None);
                Hear();
                await Task.Delay(Interval, stoppingToken);
            }
        }
        catch (Exception exception)
        {
            // Requests meet the same, and say so.
            if (exception is PostgresException)
            {
                Hear();
            }

            await Task.Delay(2 * Interval, stoppingToken);
        }
    }
}

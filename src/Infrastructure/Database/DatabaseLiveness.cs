using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Detects a silent database within about a second, so that no request waits for it. A database is silent if it is stopped without
/// closing its connections, or if the network loses all packets.
/// </summary>
/// <remarks>
/// It sends a probe four times a second over a connection of its own. Successful work counts as an answer, too. A slow statement of a
/// request does not count as silence while the server answers the probe.
/// </remarks>
public sealed class DatabaseLiveness : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // After this many intervals without an answer, the database is silent. The timer counts a pause of the whole service as one
    // interval. So the service reads the answers that arrived during the pause before it reaches the limit.
    private const int SilenceLimit = 5;

    // The limit at the start. The first connection may take longer, because everything starts at once.
    private const int StartLimit = 40;

    private readonly NpgsqlDataSource _server;
    private readonly ConcurrentQueue<CancellationTokenSource> _toCancel = [];
    private volatile TaskCompletionSource _silence = CreateSilence();
    private volatile int _currentProbe;
    private bool _hasAnswered;
    private bool _isCancelling;

    /// <param name="connectionString">The connection string of the server to probe.</param>
    public DatabaseLiveness(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "CleanWorkspace liveness",
            Pooling = false,
            Multiplexing = false,
            // A connection without an answer ends by itself.
            Timeout = 2,
            CommandTimeout = 2,
            CancellationTimeout = -1,
        };
        _server = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "liveness" }
            .ConfigureTypeLoading(types => types.EnableTypeLoading(false))
            .Build();
    }

    /// <summary>Whether the database does not answer now.</summary>
    public bool IsSilent => _silence.Task.IsCompleted;

    /// <summary>Runs work that uses the database. Stops waiting for it as soon as the database is silent.</summary>
    /// <remarks>
    /// During a silence the work does not start. If a silence begins while the work runs, the work is abandoned. It is not cancelled,
    /// because a cancellation needs the server too. It is cancelled when the server answers again. By then it may have written to the
    /// database.
    /// </remarks>
    /// <param name="work">
    /// The work. It may continue after this method has returned. So it opens and closes its own scope, and uses nothing of the HTTP
    /// request.
    /// </param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="NpgsqlException">The database is silent. Transient.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var silence = _silence.Task;
        if (!silence.IsCompleted)
        {
            // Not disposed: a cancellation may be under way when the work ends.
            var stop = new CancellationTokenSource();
            await using var end = cancellationToken.UnsafeRegister(_ => Cancel(stop), null);
            var result = work(stop.Token);
            if (await Task.WhenAny(result, silence) == result)
            {
                var answer = await result;
                // On a busy machine the probe may be late. Work that has succeeded proves that the database answers.
                RecordAnswer();
                return answer;
            }

            Cancel(stop);

            // Observes the exception of the abandoned work, since no caller does.
            _ = result.ContinueWith(
                static ended => ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        throw new NpgsqlException("The database server does not answer.", new TimeoutException());
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _server.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        // Ends the loop without an exception, which the host would log if the start fails.
        await using var end = stoppingToken.Register(timer.Dispose);
        var probe = Task.CompletedTask;
        var missed = SilenceLimit - StartLimit;
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            missed = Interlocked.Exchange(ref _hasAnswered, false) ? 0 : missed + 1;
            if (missed == 0)
            {
                EndSilence();
            }
            else if (missed == SilenceLimit)
            {
                _silence.TrySetResult();
            }

            // If an open connection lost a packet, a new connection may still reach the server.
            if (probe.IsCompleted || (missed > 0 && missed % SilenceLimit == 0))
            {
                probe = ProbeAsync(++_currentProbe, stoppingToken);
            }
        }
    }

    // The continuations run in parallel instead of one after another on the timer's thread.
    private static TaskCompletionSource CreateSilence() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void EndSilence()
    {
        if (!_silence.Task.IsCompleted)
        {
            return;
        }

        _silence = CreateSilence();
        StartCancelling();
    }

    // A cancellation needs the server and blocks its thread until the server has confirmed it. When many clients leave at once, this
    // would occupy every thread of the pool. So cancellations have a thread of their own, and they wait for the end of a silence.
    private void Cancel(CancellationTokenSource work)
    {
        _toCancel.Enqueue(work);
        if (!_silence.Task.IsCompleted)
        {
            StartCancelling();
        }
    }

    private void StartCancelling()
    {
        if (Interlocked.Exchange(ref _isCancelling, true))
        {
            return;
        }

        _ = Task.Factory.StartNew(
            () =>
            {
                while (_toCancel.TryDequeue(out var work))
                {
                    try
                    {
                        work.Cancel();
                    }
                    catch (AggregateException)
                    {
                        // The work has ended, or its connection is gone. Then nothing is left to cancel.
                    }
                }

                Volatile.Write(ref _isCancelling, false);
                if (!_toCancel.IsEmpty)
                {
                    StartCancelling();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private void RecordAnswer() => Volatile.Write(ref _hasAnswered, true);

    // Probes over one connection until it gets no answer, or until a newer probe has started.
    private async Task ProbeAsync(int number, CancellationToken stoppingToken)
    {
        try
        {
            await using var connection = await _server.OpenConnectionAsync(stoppingToken);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            while (number == _currentProbe)
            {
                // The end of the service does not cancel it: a cancellation would wait for the server.
                await command.ExecuteNonQueryAsync(CancellationToken.None);
                RecordAnswer();
                await Task.Delay(Interval, stoppingToken);
            }
        }
        catch (Exception exception)
        {
            // Not logged: requests meet the same failure and log it.
            if (exception is PostgresException)
            {
                RecordAnswer();
            }

            await Task.Delay(2 * Interval, stoppingToken);
        }
    }
}

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

    // After this many intervals a silence is likely.
    private const int WarningLimit = 2;

    // The limit at the start. The first connection may take longer, because everything starts at once.
    private const int StartLimit = 40;

    private readonly NpgsqlDataSource _server;
    private readonly int _maxConnections;
    private readonly ConcurrentQueue<CancellationTokenSource> _abandoned = [];
    private volatile TaskCompletionSource _silence = CreateSilence();
    private volatile int _currentProbe;
    private bool _hasAnswered;

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
        _maxConnections = settings.MaxPoolSize;
        _server = new NpgsqlDataSourceBuilder(settings.ConnectionString)
            .ConfigureTypeLoading(types => types.EnableTypeLoading(false))
            .Build();
    }

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
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var result = work(stop.Token);
            if (await Task.WhenAny(result, silence) == result)
            {
                stop.Dispose();
                var answer = await result;
                // On a busy machine the probe may be late. Work that has succeeded proves that the database answers.
                RecordAnswer();
                return answer;
            }

            _abandoned.Enqueue(stop);
            if (_silence.Task != silence)
            {
                // The silence ended meanwhile. Its end may have missed this work.
                StartCancellingAbandonedWork();
            }

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
        ThreadPool.GetMinThreads(out var minThreads, out var minPorts);
        using var timer = new PeriodicTimer(Interval);
        // Ends the loop without an exception, which the host would log if the start fails.
        await using var end = stoppingToken.Register(timer.Dispose);
        var probe = Task.CompletedTask;
        var missed = SilenceLimit - StartLimit;
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            missed = Interlocked.Exchange(ref _hasAnswered, false) ? 0 : missed + 1;
            switch (missed)
            {
                case 0:
                    ThreadPool.SetMinThreads(minThreads, minPorts);
                    EndSilence();
                    break;
                case WarningLimit:
                    // A cancellation in Npgsql blocks a thread until the server confirms it. In a silence this takes seconds for every
                    // running statement. More threads let other requests continue. In normal times, more threads only slow each other.
                    ThreadPool.SetMinThreads(minThreads + _maxConnections, minPorts);
                    break;
                case SilenceLimit:
                    _silence.TrySetResult();
                    break;
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
        StartCancellingAbandonedWork();
    }

    // Abandoned work may hold dead connections. A cancellation frees them early. It blocks its thread, so it gets a thread of its own.
    private void StartCancellingAbandonedWork() =>
        _ = Task.Factory.StartNew(CancelAbandonedWork, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void CancelAbandonedWork()
    {
        while (_abandoned.TryDequeue(out var stop))
        {
            stop.Cancel();
            stop.Dispose();
        }
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

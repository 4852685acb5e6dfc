using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Work that an instance does regularly while it runs, such as maintenance of the database.</summary>
/// <param name="logger">The log for failures.</param>
/// <param name="failure">The log message on failure, without its full stop.</param>
public abstract class Upkeep(ILogger logger, string failure) : BackgroundService
{
    private long _lastSuccess;

    /// <summary>The time of the last run that succeeded, in seconds since 1970; 0 before the first one.</summary>
    public long LastSuccess => Volatile.Read(ref _lastSuccess);

    /// <summary>The pause between two runs.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>Deletes rows in batches, until a batch is not full. So no statement holds locks for long.</summary>
    /// <param name="createCommand">Creates the command that deletes one batch.</param>
    /// <param name="batchSize">The number of rows of a full batch.</param>
    /// <param name="cancellationToken">Cancels the work. Finished batches stay deleted.</param>
    protected static async Task DeleteInBatchesAsync(
        Func<NpgsqlCommand> createCommand, int batchSize, CancellationToken cancellationToken)
    {
        int deleted;
        do
        {
            await using var command = createCommand();
            deleted = await command.ExecuteNonQueryAsync(cancellationToken);
        }
        while (deleted == batchSize);
    }

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var hasFailed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
                hasFailed = false;
                Volatile.Write(ref _lastSuccess, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
            }
            catch (Exception exception)
            {
                // Logs one line per outage, and none while the service stops.
                if (!hasFailed && !stoppingToken.IsCancellationRequested)
                {
                    logger.LogWarning("{Failure}: {Reason}", failure, exception.Message);
                }

                hasFailed = true;
            }

            // An exception here would be reported as a failed start.
            await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Does the work once.</summary>
    protected abstract Task RunOnceAsync(CancellationToken cancellationToken);
}

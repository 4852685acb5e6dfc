using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>What is done in the database again and again while the service runs, and on which no promise depends.</summary>
/// <param name="logger">Where is said that it cannot be done.</param>
/// <param name="failure">That it cannot be done, as a sentence without its end.</param>
internal abstract class Upkeep(ILogger logger, string failure) : BackgroundService
{
    /// <summary>How long to wait until it is done again.</summary>
    protected abstract TimeSpan Pause { get; }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var hasFailed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DoAsync(stoppingToken);
                hasFailed = false;
            }
            catch (Exception exception)
            {
                // One line for each time that the database is gone, however long that takes; none where the service is stopping.
                if (!hasFailed && !stoppingToken.IsCancellationRequested)
                {
                    logger.LogWarning("{Failure} for now: {Reason}", failure, exception.Message);
                }

                hasFailed = true;
            }

            // Ends so and not by an exception, which the host would report where a start fails.
            await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Does it once.</summary>
    protected abstract Task DoAsync(CancellationToken cancellationToken);
}

using CleanWorkspace.Application;
using CleanWorkspace.Application.ApiKeys;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Stores the last use of each API key in the database, every 30 seconds and for all keys at once. Requests do not wait for it.
/// </summary>
internal sealed class KeyUseRecorder(KeyCache keys, IServiceScopeFactory scopes, ILogger<KeyUseRecorder> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WriteAsync();
        }
    }

    private async Task WriteAsync()
    {
        var uses = keys.TakeRecordedUses();
        if (uses.Count == 0)
        {
            return;
        }

        try
        {
            using var timeout = new CancellationTokenSource(WriteTimeout);
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IWorkspaceDbContext>().RecordUsesAsync(uses, timeout.Token);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The uses are lost. The next use of each key is stored with the next write.
            logger.LogWarning("Cannot store the last uses of API keys: {Reason}", exception.Message);
        }
    }
}

using CleanWorkspace.Application;
using CleanWorkspace.Application.ApiKeys;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Writes down now and then when API keys were last used, all of them at once, so that no request has to.</summary>
internal sealed class KeyUses(KeyCache keys, IServiceScopeFactory scopes, ILogger<KeyUses> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

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
        var uses = keys.TakeUses();
        if (uses.Count == 0)
        {
            return;
        }

        try
        {
            using var patience = new CancellationTokenSource(Patience);
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IWorkspaceDbContext>().RecordUsesAsync(uses.ToDictionary(), patience.Token);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The next use of each key will be written instead.
            logger.LogWarning("When API keys were last used could not be written down: {Reason}", exception.Message);
        }
    }
}

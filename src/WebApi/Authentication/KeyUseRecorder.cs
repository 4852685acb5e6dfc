using CleanWorkspace.Application;
using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Infrastructure.Database;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Stores the last use of each API key in the database, every 30 seconds and for all keys at once. Requests do not wait for it.
/// </summary>
/// <remarks>If a write fails, its uses are lost. The next use of each key is stored with a later write.</remarks>
internal sealed class KeyUseRecorder(KeyCache keys, IServiceScopeFactory scopes, ILogger<KeyUseRecorder> logger)
    : Upkeep(logger, "Cannot store the last uses of API keys")
{
    private static readonly TimeSpan CollectionTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override TimeSpan Interval => TimeSpan.Zero;

    /// <inheritdoc/>
    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        // Ends without an exception when the service stops, so that the last uses are stored, too.
        await Task.Delay(CollectionTime, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var uses = keys.TakeRecordedUses();
        if (uses.Count == 0)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(WriteTimeout);
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IWorkspaceDbContext>().RecordUsesAsync(uses, timeout.Token);
    }
}

using CleanWorkspace.Application;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.Extensions.Logging;

namespace CleanWorkspace.Infrastructure.Webhooks;

/// <summary>
/// Delivers the events of all enabled webhooks. Each webhook has its own follower, so a slow endpoint delays no other one.
/// </summary>
internal sealed class WebhookWorker(WebhookCursors cursors, IEventFeed feed, IWebhookSender sender, ILogger<WebhookWorker> logger)
    : Upkeep(logger, "Cannot deliver webhooks")
{
    // An attempt that is under way when the service stops gets this time to end.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // After this time a follower ends, so that instances that started later get their share.
    private static readonly TimeSpan ShortestTurn = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, Task> _followers = [];

    // Not disposed: the host may stop a service that it has disposed already.
    private readonly CancellationTokenSource _abort = new();

    /// <inheritdoc/>
    protected override TimeSpan Interval => TimeSpan.FromSeconds(0.5 + Random.Shared.NextDouble());

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _abort.CancelAfter(Grace);
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_followers.Values).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, _) in _followers.Where(follower => follower.Value.IsCompleted).ToList())
        {
            _followers.Remove(id);
        }

        foreach (var id in await cursors.ClaimAsync([.. _followers.Keys], cancellationToken))
        {
            _followers[id] = FollowAsync(id, cancellationToken);
        }
    }

    // Never throws. Whatever interrupts a follower, the webhook is claimed again.
    private async Task FollowAsync(Guid id, CancellationToken stop)
    {
        // The claim does not wait for the first attempt.
        await Task.Yield();
        using var turn = CancellationTokenSource.CreateLinkedTokenSource(stop);
        turn.CancelAfter(ShortestTurn * (1 + Random.Shared.NextDouble()));
        try
        {
            await new WebhookFollower(id, cursors, feed, sender, logger).RunAsync(turn.Token, _abort.Token);
        }
        catch (OperationCanceledException) when (turn.IsCancellationRequested || _abort.IsCancellationRequested)
        {
            // The next turn goes on.
        }
        catch (Exception exception) when (
            exception is Failure { Kind: FailureKind.Unavailable }
            || (DatabaseFault.Find(exception) is { } fault && DatabaseFault.IsUnavailable(fault)))
        {
            // The worker meets the outage, too, and logs it once for all webhooks.
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "The delivery to the webhook {Id} was interrupted", id);
        }
    }
}

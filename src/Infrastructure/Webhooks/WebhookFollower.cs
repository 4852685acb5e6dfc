using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Domain.Webhooks;
using Microsoft.Extensions.Logging;

namespace CleanWorkspace.Infrastructure.Webhooks;

/// <summary>Delivers the events of one webhook, one after another in the order of the feed.</summary>
/// <param name="id">The id of the webhook.</param>
/// <param name="cursors">The statements of the delivery.</param>
/// <param name="feed">The feed.</param>
/// <param name="sender">Sends messages.</param>
/// <param name="logger">The log.</param>
internal sealed class WebhookFollower(
    Guid id, WebhookCursors cursors, IEventFeed feed, IWebhookSender sender, ILogger logger)
{
    private const int Gone = 410;

    private const string Expired =
        "Events were removed before they could be delivered, because the time to keep them had passed. "
        + "When it is enabled again, the webhook goes on with the oldest kept event.";

    // The number of entries of a page. A page ends with a whole write, so it can have many more.
    private const int PageSize = 500;

    // What a follower keeps in memory: at most 2,000 events, and fewer if they have many members.
    private const int EventWeight = 50;
    private const int MaxWeight = 2000 * EventWeight;

    // How long the follower works or waits before it looks whether the webhook was changed.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // How often the cursor is stored that moves past events which the webhook does not select.
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(10);

    private Guid? _resend;
    private FeedPlace _stored;
    private FeedPlace _current;
    private long _storedAt = TimeProvider.System.GetTimestamp();

    /// <summary>Delivers events until its turn ends, or the webhook is disabled, deleted or served by another instance.</summary>
    /// <param name="stop">Ends the work after the current attempt.</param>
    /// <param name="abort">Ends the current attempt, too. The event is sent again later.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        try
        {
            while (!stop.IsCancellationRequested && await cursors.ReadAsync(id, stop) is { } work)
            {
                Continue(work);
                await StepAsync(work, stop, abort);
            }
        }
        finally
        {
            await cursors.ReleaseAsync(id, _resend is null && _current != default ? _current : null);
        }
    }

    // The place in memory is ahead of the stored one if the events between are not to be delivered.
    private void Continue(WebhookWork work)
    {
        if ((_resend, _stored) != (work.Resend?.Id, work.Place))
        {
            (_resend, _stored, _current) = (work.Resend?.Id, work.Place, work.Place);
        }
    }

    private async Task StepAsync(WebhookWork work, CancellationToken stop, CancellationToken abort)
    {
        if (work.Wait > TimeSpan.Zero)
        {
            await Task.Delay(work.Wait < Pause ? work.Wait : Pause, stop);
            return;
        }

        var batch = await CollectAsync(work, stop);
        if (batch.Items.Count > 0)
        {
            await DeliverAsync(work, batch.Items, stop, abort);
        }
        else if (batch.State == BatchState.Complete)
        {
            await cursors.FinishAsync(work.Resend!, stop);
        }
        else if (batch.State == BatchState.Open)
        {
            await WaitAsync(work, stop);
        }
    }

    // Waits for events to deliver.
    private async Task WaitAsync(WebhookWork work, CancellationToken stop)
    {
        var start = TimeProvider.System.GetTimestamp();
        var batch = new Batch([], BatchState.Open);
        while (batch is { Items.Count: 0, State: BatchState.Open } && TimeProvider.System.GetElapsedTime(start) < Pause)
        {
            await feed.WaitAsync(await TokenAsync(stop), Pause, stop);
            batch = await CollectAsync(work, stop);
        }

        if (_current != _stored && TimeProvider.System.GetElapsedTime(_storedAt) > StorePause)
        {
            await MoveAsync(work, _current, null, stop);
        }
    }

    // The cursor was restored together with the audit, so it always belongs to the current epoch.
    private async Task<EventToken> TokenAsync(CancellationToken stop) =>
        await feed.BeginAsync(EventToken.Now, stop) with { Position = _current.Position };

    // Disables the webhook and returns true if events after the place were removed.
    private async Task<bool> HasExpiredAsync(CancellationToken stop)
    {
        var oldest = await feed.BeginAsync(null, stop);
        if (_current.Position >= oldest.Position)
        {
            return false;
        }

        await cursors.ExpireAsync(id, oldest.Position, Expired, stop);
        _current = default;
        logger.LogWarning("The webhook {Id} was disabled. {Reason}", id, Expired);
        return true;
    }

    // Reads the next events to deliver. Moves the place in memory past others.
    private async Task<Batch> CollectAsync(WebhookWork work, CancellationToken stop)
    {
        var items = new List<WebhookItem>();
        if (await HasExpiredAsync(stop))
        {
            return new Batch(items, BatchState.Outdated);
        }

        var (start, weight) = (_current, 0);
        var (write, place) = (0L, new FeedPlace(start.Position, 0));
        await using var page = await feed.ReadAsync(await TokenAsync(stop), EventFilter.All, PageSize, stop);
        await foreach (var change in page.ReadAsync(stop))
        {
            if (change.Transaction > work.Resend?.Until)
            {
                return new Batch(items, BatchState.Complete);
            }

            // The webhook was changed here. Its filter may select other events from now on.
            if (weight >= MaxWeight || (change.ResourceId == id && change.Version > work.Version))
            {
                return new Batch(items, BatchState.Outdated);
            }

            place = write == 0 || write == change.Transaction ? place : new FeedPlace(write, 0);
            write = change.Transaction;
            var before = place;
            place = place with { Skip = place.Skip + 1 };
            if (place.Position == start.Position && place.Skip <= start.Skip)
            {
                continue;
            }

            if (work.Selects(change))
            {
                items.Add(new WebhookItem(change, before, place));
                weight += EventWeight + change.Added.Count + change.Removed.Count;
            }
            else
            {
                Pass(place);
            }
        }

        // A part of the next write may be delivered already, although this instance does not know that write yet. The place stays then.
        if (page.Next.Position > start.Position)
        {
            Pass(new FeedPlace(page.Next.Position, 0));
        }

        return new Batch(items, page.Next.Position >= work.Resend?.Until ? BatchState.Complete : BatchState.Open);

        void Pass(FeedPlace next)
        {
            if (items.Count == 0)
            {
                _current = next;
            }
            else
            {
                items[^1] = items[^1] with { After = next };
            }
        }
    }

    private async Task DeliverAsync(WebhookWork work, List<WebhookItem> items, CancellationToken stop, CancellationToken abort)
    {
        foreach (var item in items)
        {
            var isRight = item.Change.Id == work.SkippedEventId
                ? await MoveAsync(work, item.After, item.Change.Id, abort)
                : await AttemptAsync(work, item, abort);
            // After a failure or the end of one, the webhook has another state.
            if (!isRight || work.Attempts > 0 || work.SkippedEventId is not null || stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<bool> AttemptAsync(WebhookWork work, WebhookItem item, CancellationToken abort)
    {
        var body = WebhookBody.Of(item.Change.Type, item.Change.Time, item.Change);
        var message = new WebhookMessage(work.Url, item.Change.Id, work.Secrets, body) { TraceId = item.Change.TraceId };
        var attempt = await sender.SendAsync(message, abort);
        var reason = attempt.Status == Gone ? "The endpoint answered 410 (Gone)." : null;
        TimeSpan? delay = attempt.IsSuccess || reason is not null
            ? null
            : RetrySchedule.DelayAfter(work.Attempts + 1, attempt.RetryAfter, Random.Shared.NextDouble());
        var isRight = await cursors.RecordAsync(work, item, attempt, delay, reason, CancellationToken.None);
        Store(attempt.IsSuccess ? item.After : item.Before);
        if (reason is not null)
        {
            logger.LogWarning("The webhook {Id} was disabled. {Reason}", id, reason);
        }

        return isRight && attempt.IsSuccess;
    }

    private async Task<bool> MoveAsync(WebhookWork work, FeedPlace place, string? skippedId, CancellationToken cancellationToken)
    {
        var isRight = await cursors.MoveAsync(work, place, skippedId, cancellationToken);
        Store(place);
        return isRight;
    }

    private void Store(FeedPlace place)
    {
        (_stored, _current) = (place, place);
        _storedAt = TimeProvider.System.GetTimestamp();
    }

    /// <summary>The next events to deliver.</summary>
    private sealed record Batch(List<WebhookItem> Items, BatchState State);

    /// <summary>What comes after a batch.</summary>
    private enum BatchState
    {
        /// <summary>There may be more events.</summary>
        Open,

        /// <summary>The part to resend ends.</summary>
        Complete,

        /// <summary>The webhook must be read again.</summary>
        Outdated,
    }
}

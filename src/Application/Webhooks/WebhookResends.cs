using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Finds the parts of the feed that a request to resend selects.</summary>
internal sealed class WebhookResends(IWorkspaceDbContext db, IEventFeed feed, TimeProvider clock)
{
    private static readonly RequestFault UnknownEvent = new("unknown_event", "The feed has no event with this id.", "/event_id");

    /// <summary>Finds one event.</summary>
    /// <exception cref="Failure">The feed does not have the event, or not any more.</exception>
    public async Task<IReadOnlyList<WebhookResend>> FindEventAsync(Guid webhook, string id, CancellationToken cancellationToken)
    {
        var position = EventId.PositionOf(id);
        var end = await feed.BeginAsync(EventToken.Now, cancellationToken);
        if (position > end.Position)
        {
            throw Failure.Invalid(UnknownEvent);
        }

        var before = await feed.BeginAsync(end with { Position = position - 1 }, cancellationToken);
        await using var page = await feed.ReadAsync(before, EventFilter.All, 1, cancellationToken);
        return await page.ReadAsync(cancellationToken).AnyAsync(change => change.Id == id, cancellationToken)
            ? [Create(webhook, position - 1, position, id)]
            : throw Failure.Invalid(UnknownEvent);
    }

    /// <summary>Finds the delivered events between two tokens.</summary>
    /// <param name="webhook">The id of the webhook.</param>
    /// <param name="after">The token where the events begin.</param>
    /// <param name="until">The token where they end, or null.</param>
    /// <param name="done">The position up to which events are delivered. Later ones come without a resend.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="Failure">The feed cannot be continued from a token.</exception>
    public async Task<IReadOnlyList<WebhookResend>> FindRangeAsync(
        Guid webhook, string? after, string? until, long done, CancellationToken cancellationToken)
    {
        var start = (await feed.BeginAsync(Parse(after), cancellationToken)).Position;
        var end = Math.Min(done, (await feed.BeginAsync(Parse(until), cancellationToken)).Position);
        return start < end ? [Create(webhook, start, end, null)] : [];
    }

    /// <summary>Finds the events whose last attempt failed, except those that wait to be resent already.</summary>
    /// <param name="webhook">The id of the webhook.</param>
    /// <param name="since">The time of the oldest attempts.</param>
    /// <param name="done">The position up to which events are delivered or given up. Later ones are sent without a resend.</param>
    /// <param name="limit">The maximum number of events.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public async Task<IReadOnlyList<WebhookResend>> FindFailedAsync(
        Guid webhook, DateTimeOffset since, long done, int limit, CancellationToken cancellationToken)
    {
        var first = Uuid.FirstAt(since);
        var attempts = db.WebhookDeliveries.Where(attempt => attempt.WebhookId == webhook);
        var failed = await attempts
            .Where(attempt => attempt.Id >= first && !attempt.Succeeded && attempt.Position <= done)
            .Where(attempt => !attempts.Any(later => later.EventId == attempt.EventId && later.Id > attempt.Id))
            .Where(attempt => !db.WebhookResends.Any(open => open.WebhookId == webhook && open.EventId == attempt.EventId))
            .OrderBy(attempt => attempt.Id)
            .Take(limit)
            .Select(attempt => new { attempt.EventId, attempt.Position })
            .ToListAsync(cancellationToken);
        return failed.ConvertAll(attempt => Create(webhook, attempt.Position - 1, attempt.Position, attempt.EventId));
    }

    private static EventToken Parse(string? text) => EventToken.TryParse(text, out var token) ? token : EventToken.Now;

    private WebhookResend Create(Guid webhook, long position, long until, string? eventId) => new()
    {
        Id = Uuid.CreateVersion7(clock),
        WebhookId = webhook,
        Position = position,
        UntilPosition = until,
        EventId = eventId,
    };
}

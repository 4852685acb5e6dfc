using CleanWorkspace.Application.Events;

namespace CleanWorkspace.Infrastructure.Webhooks;

/// <summary>What is to be delivered to a webhook now: the events after its cursor, or after the place of its first resend.</summary>
internal sealed record WebhookWork
{
    /// <summary>The id of the webhook.</summary>
    public required Guid Id { get; init; }

    /// <summary>The version of the webhook. It tells whether the rest is still right.</summary>
    public required long Version { get; init; }

    /// <summary>The address of the endpoint.</summary>
    public required Uri Url { get; init; }

    /// <summary>The secrets that sign messages.</summary>
    public required IReadOnlyList<string> Secrets { get; init; }

    /// <summary>Selects the events of the webhook.</summary>
    public required EventFilter Filter { get; init; }

    /// <summary>The number of failed attempts since the last success.</summary>
    public required int Attempts { get; init; }

    /// <summary>The time to wait before the next attempt.</summary>
    public required TimeSpan Wait { get; init; }

    /// <summary>The id of a blocked event that is not sent any more, or null.</summary>
    public required string? SkippedEventId { get; init; }

    /// <summary>The place up to which events are done.</summary>
    public required FeedPlace Place { get; init; }

    /// <summary>The resend, or null if the events follow the cursor.</summary>
    public required WebhookResendPart? Resend { get; init; }

    /// <summary>Tells whether an event is to be sent.</summary>
    public bool Selects(EventResponse change) =>
        Resend?.EventId is { } id ? change.Id == id : Filter.Selects(change);
}

/// <summary>A part of the feed that is sent again.</summary>
/// <param name="Id">The id of the resend.</param>
/// <param name="Until">The position of the last write.</param>
/// <param name="EventId">The id of the only event to send, or null.</param>
internal sealed record WebhookResendPart(Guid Id, long Until, string? EventId);

/// <summary>A place in the feed that may be within a write.</summary>
/// <param name="Position">The position of a write whose events are all done.</param>
/// <param name="Skip">The number of later events that are done.</param>
internal readonly record struct FeedPlace(long Position, int Skip);

/// <summary>An event to deliver.</summary>
/// <param name="Change">The event.</param>
/// <param name="Before">The place before the event.</param>
/// <param name="After">The place before the next event to deliver.</param>
internal sealed record WebhookItem(EventResponse Change, FeedPlace Before, FeedPlace After);

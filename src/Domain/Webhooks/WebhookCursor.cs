namespace CleanWorkspace.Domain.Webhooks;

/// <summary>
/// The place in the feed up to which the events of a webhook are delivered. It moves with each delivery and never goes back, so it is
/// not part of the webhook itself.
/// </summary>
/// <param name="position">The position of the last write whose events are all done.</param>
public sealed class WebhookCursor(long position)
{
    /// <summary>The id of the webhook.</summary>
    public Guid WebhookId { get; private init; }

    /// <summary>The position of the last write whose events are all done.</summary>
    public long Position { get; private init; } = position;

    /// <summary>The number of events of the next write that are done.</summary>
    public int Skip { get; private init; }

    /// <summary>The instance of the service that delivers the events, or null.</summary>
    public Guid? Lease { get; private init; }

    /// <summary>The time until which no other instance delivers them, or null.</summary>
    public DateTimeOffset? LeasedUntil { get; private init; }
}

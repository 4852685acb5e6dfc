namespace CleanWorkspace.Domain.Webhooks;

/// <summary>A part of the feed that is sent to a webhook again: a second, short cursor.</summary>
public sealed class WebhookResend
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>The id of the webhook.</summary>
    public required Guid WebhookId { get; init; }

    /// <summary>The position of the last write before the part, or whose events are all done.</summary>
    public required long Position { get; init; }

    /// <summary>The number of events of the next write that are done.</summary>
    public int Skip { get; private init; }

    /// <summary>The position of the last write of the part.</summary>
    public required long UntilPosition { get; init; }

    /// <summary>The id of the only event to send, or null for all that the webhook selects.</summary>
    public string? EventId { get; init; }
}

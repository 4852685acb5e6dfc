namespace CleanWorkspace.Domain.Webhooks;

/// <summary>One attempt to deliver an event. It is kept for 30 days.</summary>
public sealed class WebhookDelivery
{
    /// <summary>UUID version 7. Ascending ids are in the order of the attempts.</summary>
    public Guid Id { get; private init; }

    /// <summary>The id of the webhook.</summary>
    public Guid WebhookId { get; private init; }

    /// <summary>The id of the event.</summary>
    public string EventId { get; private init; } = "";

    /// <summary>The id of the event's resource.</summary>
    public Guid ResourceId { get; private init; }

    /// <summary>The type of the event.</summary>
    public string Type { get; private init; } = "";

    /// <summary>The position of the event's write.</summary>
    public long Position { get; private init; }

    /// <summary>The number of the attempt, from 1. It begins again after each success.</summary>
    public int Attempt { get; private init; }

    /// <summary>The time of the attempt.</summary>
    public DateTimeOffset Time { get; private init; }

    /// <summary>The milliseconds until the answer was complete or given up.</summary>
    public int DurationMs { get; private init; }

    /// <summary>Whether the endpoint accepted the event.</summary>
    public bool Succeeded { get; private init; }

    /// <summary>The status of the answer, or null if there was none.</summary>
    public int? Status { get; private init; }

    /// <summary>Why there was no complete answer, or null if there was one.</summary>
    public string? Error { get; private init; }

    /// <summary>The first 4096 bytes of the answer as text.</summary>
    public string Answer { get; private init; } = "";

    /// <summary>The time of the next attempt, or null if there is none.</summary>
    public DateTimeOffset? NextAttemptAt { get; private init; }
}

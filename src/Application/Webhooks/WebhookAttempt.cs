namespace CleanWorkspace.Application.Webhooks;

/// <summary>What came of one attempt to deliver a message.</summary>
public sealed record WebhookAttempt
{
    /// <summary>The time of the attempt.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The time until the answer was complete or given up.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The status of the answer; null if there was none.</summary>
    public int? Status { get; init; }

    /// <summary>Why there was no complete answer, for people; null if there was one.</summary>
    public string? Error { get; init; }

    /// <summary>The first 4096 bytes of the answer as text.</summary>
    public string Answer { get; init; } = "";

    /// <summary>How long the endpoint asks to wait before the next attempt; null if it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the endpoint accepted the message: only a status from 200 to 299 says so.</summary>
    public bool IsSuccess => Status is >= 200 and <= 299;
}

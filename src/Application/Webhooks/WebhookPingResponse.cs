namespace CleanWorkspace.Application.Webhooks;

/// <summary>What came of a ping.</summary>
public sealed record WebhookPingResponse
{
    /// <summary>Whether the endpoint accepted the ping: only a status from 200 to 299 says so.</summary>
    /// <example>true</example>
    public required bool Succeeded { get; init; }

    /// <summary>The milliseconds until the answer was complete or given up.</summary>
    /// <example>38</example>
    public required int DurationMs { get; init; }

    /// <summary>The status of the answer; null if there was none.</summary>
    /// <example>204</example>
    public required int? Status { get; init; }

    /// <summary>Why there was no complete answer; null if there was one.</summary>
    /// <example>There was no complete answer within 15 seconds.</example>
    public required string? Error { get; init; }

    /// <summary>The first 4096 bytes of the answer as text.</summary>
    /// <example>ok</example>
    public required string Answer { get; init; }
}

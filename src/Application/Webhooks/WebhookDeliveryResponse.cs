using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>One attempt to deliver an event to a webhook.</summary>
public sealed record WebhookDeliveryResponse : IIdentified, IPartial
{
    /// <summary>UUID version 7, in lower case.</summary>
    /// <example>019a2b3c-9fa0-71b2-8c3d-4e5f60718295</example>
    public required Guid Id { get; init; }

    /// <summary>The id of the event.</summary>
    /// <example>1842.019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required string EventId { get; init; }

    /// <summary>The type of the event.</summary>
    /// <example>user.updated</example>
    public required string Type { get; init; }

    /// <summary>The number of the attempt, from 1. It begins again after each success.</summary>
    /// <example>1</example>
    public required int Attempt { get; init; }

    /// <summary>The time of the attempt (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The milliseconds until the answer was complete or given up.</summary>
    /// <example>38</example>
    public required int DurationMs { get; init; }

    /// <summary>Whether the endpoint accepted the event: only a status from 200 to 299 says so.</summary>
    /// <example>false</example>
    public required bool Succeeded { get; init; }

    /// <summary>The status of the answer; null if there was none.</summary>
    /// <example>503</example>
    public required int? Status { get; init; }

    /// <summary>Why there was no complete answer; null if there was one.</summary>
    /// <example>There was no complete answer within 15 seconds.</example>
    public required string? Error { get; init; }

    /// <summary>The first 4096 bytes of the answer as text.</summary>
    /// <example>Service Unavailable</example>
    public required string Answer { get; init; }

    /// <summary>The time of the next attempt (RFC 3339, UTC); null if there is none.</summary>
    /// <example>2026-11-23T12:24:32.523456Z</example>
    public required DateTimeOffset? NextAttemptAt { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public Fields Shown { get; init; } = Fields<WebhookDeliveryResponse>.All;
}

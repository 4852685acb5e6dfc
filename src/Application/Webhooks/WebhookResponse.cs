using System.Text.Json.Serialization;
using AutoMapper;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Webhooks;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>An endpoint to which the service sends events, and the state of the delivery.</summary>
public sealed record WebhookResponse : IResource
{
    /// <summary>UUID version 7, in lower case. Set by the service.</summary>
    /// <example>019a2b3c-8e9f-70a1-8b2c-3d4e5f607184</example>
    public required Guid Id { get; init; }

    /// <summary>The address of the endpoint.</summary>
    /// <example>https://hooks.example.org/workspace</example>
    public required string Url { get; init; }

    /// <summary>The types of events that are delivered; null for all.</summary>
    /// <example>["user.created", "user.deleted"]</example>
    public required IReadOnlyList<string>? Types { get; init; }

    /// <summary>The id of the group whose events are delivered; null for all events. The group may have been deleted since.</summary>
    /// <example>019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072</example>
    public required Guid? GroupId { get; init; }

    /// <summary>The purpose of the webhook, or null.</summary>
    /// <example>Tells the intranet about new colleagues.</example>
    public required string? Description { get; init; }

    /// <summary>Whether events are delivered. The events of a disabled webhook wait.</summary>
    /// <example>enabled</example>
    public required WebhookState State { get; init; }

    /// <summary>Why the service disabled the webhook; null if it did not.</summary>
    /// <example>The endpoint answered 410.</example>
    public required string? DisabledReason { get; init; }

    /// <summary>The time of the first failed attempt since the last success (RFC 3339, UTC); null if the last attempt succeeded.</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset? FailingSince { get; init; }

    /// <summary>The id of the event that the endpoint does not accept; null if there is none. Later events wait for it.</summary>
    /// <example>1842.019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required string? BlockedEventId { get; init; }

    /// <summary>The time of the next attempt for this event (RFC 3339, UTC); null for at once.</summary>
    /// <example>2026-11-23T12:29:27.123456Z</example>
    public required DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The time until which the former secret signs, too (RFC 3339, UTC); null if the secret was never rotated.</summary>
    /// <example>2026-11-24T12:24:27.123456Z</example>
    public required DateTimeOffset? PreviousSecretExpiresAt { get; init; }

    /// <summary>The time of creation (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time of the last change by a client (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// The secret that signs messages. Only the answers to the creation and to a rotation contain it. Keep it secret: it
    /// can sign forged messages.
    /// </summary>
    /// <example>whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3k5Zq1Y2v9M=</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public long Version { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public Fields Shown { get; init; } = Fields<WebhookResponse>.All;
}

internal sealed class WebhookResponseProfile : Profile
{
    public WebhookResponseProfile()
    {
        // Null and an empty list of types are not the same.
        AllowNullCollections = true;
        CreateMap<Webhook, WebhookResponse>()
            .ForMember(response => response.Secret, map => map.Ignore())
            .ForMember(response => response.Shown, map => map.Ignore());
    }
}

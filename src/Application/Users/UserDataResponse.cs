using CleanWorkspace.Application.AuditEntries;

namespace CleanWorkspace.Application.Users;

/// <summary>Everything that is stored about a user.</summary>
/// <example>
/// {
///   "user": {
///     "id": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
///     "first_name": "Ada",
///     "last_name": "Lovelace",
///     "email": "ada@example.org",
///     "role": "editor",
///     "user_groups": ["019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072"],
///     "created_at": "2026-11-23T12:24:27.123456Z",
///     "updated_at": "2026-11-23T12:24:27.123456Z"
///   },
///   "audit_entries": [],
///   "deliveries": []
/// }
/// </example>
public sealed record UserDataResponse
{
    /// <summary>The user, or null if it was deleted.</summary>
    public required UserResponse? User { get; init; }

    /// <summary>
    /// The changes of the user and of its memberships, and the changes that the caller in <c>actor</c> made, oldest first. The events of
    /// the feed have the same values.
    /// </summary>
    public required IReadOnlyList<AuditEntryResponse> AuditEntries { get; init; }

    /// <summary>The attempts of the last 30 days to deliver an event of the user to a webhook, oldest first.</summary>
    public required IReadOnlyList<UserDataDelivery> Deliveries { get; init; }
}

/// <summary>An attempt to deliver an event of a user to a webhook.</summary>
public sealed record UserDataDelivery
{
    /// <summary>The id of the webhook.</summary>
    /// <example>019a2b3c-8e9f-70a1-8b2c-3d4e5f607184</example>
    public required Guid WebhookId { get; init; }

    /// <summary>The id of the event.</summary>
    /// <example>1842.019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required string EventId { get; init; }

    /// <summary>The type of the event.</summary>
    /// <example>user.updated</example>
    public required string Type { get; init; }

    /// <summary>The time of the attempt (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The status of the answer, or null if there was none.</summary>
    /// <example>204</example>
    public required int? Status { get; init; }

    /// <summary>The first 4096 bytes of the answer as text. The endpoint may repeat values of the user in it.</summary>
    /// <example>ok</example>
    public required string Answer { get; init; }
}

using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application.AuditEntries;

/// <summary>The changes that one write made to one resource.</summary>
public sealed record AuditEntryResponse : IPartial
{
    /// <summary>The id of the write, UUID version 7 in lower case. A write that changes several resources has one entry for each.</summary>
    /// <example>019a2b3c-6e7f-7081-8000-0000000002ea</example>
    public required Guid WriteId { get; init; }

    /// <summary>
    /// The table of the resource, such as <c>users</c>, <c>user_groups</c>, <c>api_keys</c> or <c>webhooks</c>. An entry of
    /// <c>imports</c> has the counts of an import.
    /// </summary>
    /// <example>users</example>
    public required string Resource { get; init; }

    /// <summary>The id of the resource. The resource may have been deleted since.</summary>
    /// <example>019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required Guid ResourceId { get; init; }

    /// <summary>The time of the change (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// The caller. An API key is <c>key:</c> with its id. A token is <c>subject:</c> with its subject. A direct user of the database is
    /// <c>database:</c> with the user name. Other callers have a name without a colon.
    /// </summary>
    /// <example>key:019a2b3c-7f80-7192-8b2c-3d4e5f607182</example>
    public required string Actor { get; init; }

    /// <summary>The operationId, the command of the program, or <c>sql</c> for a change that another program made by SQL.</summary>
    /// <example>Users_updateById</example>
    public required string Operation { get; init; }

    /// <summary>The trace id of the request, as in the log; null outside a request.</summary>
    /// <example>4bf92f3577b34da6a3ce929d0e0e4736</example>
    public required string? TraceId { get; init; }

    /// <summary>The changed properties by name. A new resource changes from null, a deleted one to null.</summary>
    /// <example>{"first_name": {"from": "Ada", "to": "Augusta"}}</example>
    public required IReadOnlyDictionary<string, AuditChange> Changes { get; init; }

    /// <summary>The new memberships: the ids of groups in the entry of a user, the ids of users in the entry of a group.</summary>
    /// <example>["019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072"]</example>
    public required Guid[] Added { get; init; }

    /// <summary>The removed memberships: the ids of groups in the entry of a user, the ids of users in the entry of a group.</summary>
    /// <example>[]</example>
    public required Guid[] Removed { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public Fields Shown { get; init; } = Fields<AuditEntryResponse>.All;
}

/// <summary>The change of one property.</summary>
public sealed record AuditChange
{
    /// <summary>The value before, or null. A change from null to null had values that were erased.</summary>
    /// <example>Ada</example>
    public string? From { get; init; }

    /// <summary>The value after, or null.</summary>
    /// <example>Augusta</example>
    public string? To { get; init; }
}

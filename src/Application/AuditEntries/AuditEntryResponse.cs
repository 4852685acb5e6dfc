using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application.AuditEntries;

/// <summary>What one write changed of one resource.</summary>
public sealed record AuditEntryResponse : IPartial
{
    /// <summary>Names the write, UUID version 7 in lower case; a write of several resources has an entry for each.</summary>
    /// <example>019a2b3c-6e7f-7081-8000-0000000002ea</example>
    public required Guid WriteId { get; init; }

    /// <summary>The kind of the resource: <c>users</c>, <c>user_groups</c> or <c>api_keys</c>; <c>imports</c>, of which the properties are counts.</summary>
    /// <example>users</example>
    public required string Resource { get; init; }

    /// <summary>The id of the resource, which may have been deleted since.</summary>
    /// <example>019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required Guid ResourceId { get; init; }

    /// <summary>When: RFC 3339, UTC.</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who: <c>key:</c> and an API key's id, <c>subject:</c> and a token's subject, <c>database:</c> and a user of the database itself, or a name without a colon.</summary>
    /// <example>key:019a2b3c-7f80-7192-8b2c-3d4e5f607182</example>
    public required string Actor { get; init; }

    /// <summary>What was asked for: an operationId, a command of the program, or <c>sql</c> for what was not done by the service.</summary>
    /// <example>Users_updateById</example>
    public required string Operation { get; init; }

    /// <summary>The trace id of the request, by which the log names it too; null where there was none.</summary>
    /// <example>4bf92f3577b34da6a3ce929d0e0e4736</example>
    public required string? TraceId { get; init; }

    /// <summary>The properties that changed, by their names. A new resource changes from nulls, and a deleted one to nulls.</summary>
    /// <example>{"first_name": {"from": "Ada", "to": "Augusta"}}</example>
    public required IReadOnlyDictionary<string, AuditChange> Changes { get; init; }

    /// <summary>Of the memberships that began, the ids of the other side: a user's groups, or a group's users.</summary>
    /// <example>["019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072"]</example>
    public required Guid[] Added { get; init; }

    /// <summary>Of the memberships that ended, the ids of the other side.</summary>
    /// <example>[]</example>
    public required Guid[] Removed { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public Fields Shown { get; init; } = Fields<AuditEntryResponse>.All;
}

/// <summary>The change of one property.</summary>
public sealed record AuditChange
{
    /// <summary>The value before, or null.</summary>
    /// <example>Ada</example>
    public string? From { get; init; }

    /// <summary>The value after, or null.</summary>
    /// <example>Augusta</example>
    public string? To { get; init; }
}

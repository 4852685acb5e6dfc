using CleanWorkspace.Application.AuditEntries;

namespace CleanWorkspace.Application.Events;

/// <summary>One change of one resource.</summary>
public sealed record EventResponse
{
    /// <summary>The id of the event. It is the same however often and wherever the event is read.</summary>
    /// <example>1842.019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required string Id { get; init; }

    /// <summary>What happened, such as <c>user.updated</c>. The schema EventType lists all types; later versions may add some.</summary>
    /// <example>user.updated</example>
    public required string Type { get; init; }

    /// <summary>The time of the change (RFC 3339, UTC). The order of events is not the order of their times.</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The caller, as in the audit.</summary>
    /// <example>key:019a2b3c-7f80-7192-8b2c-3d4e5f607182</example>
    public required string Actor { get; init; }

    /// <summary>The operationId, the command of the program, or <c>sql</c> for a change that another program made by SQL.</summary>
    /// <example>Users_updateById</example>
    public required string Operation { get; init; }

    /// <summary>The trace id of the request, as in the log; null outside a request.</summary>
    /// <example>4bf92f3577b34da6a3ce929d0e0e4736</example>
    public required string? TraceId { get; init; }

    /// <summary>The number of the write. All events of one write have it and follow each other.</summary>
    /// <example>1842</example>
    public required long Transaction { get; init; }

    /// <summary>The kind of the resource: <c>users</c>, <c>user_groups</c>, <c>api_keys</c>, <c>webhooks</c> or
    /// <c>imports</c>.</summary>
    /// <example>users</example>
    public required string Resource { get; init; }

    /// <summary>The id of the resource.</summary>
    /// <example>019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required Guid ResourceId { get; init; }

    /// <summary>
    /// The version of the resource after the write, as in its entity tag. A deleted resource has its last version; an import and an
    /// erasure have none.
    /// </summary>
    /// <example>7</example>
    public required long? Version { get; init; }

    /// <summary>
    /// The changed properties by name. A new resource changes from null, a deleted one to null, so its values are its last state. The
    /// event of an import has its counts.
    /// </summary>
    /// <example>{"first_name": {"from": "Ada", "to": "Augusta"}}</example>
    public required IReadOnlyDictionary<string, AuditChange> Changes { get; init; }

    /// <summary>The ids of the new members of the group, ascending. Long lists are in several events of one transaction.</summary>
    /// <example>[]</example>
    public required IReadOnlyList<Guid> Added { get; init; }

    /// <summary>The ids of the former members of the group, ascending.</summary>
    /// <example>[]</example>
    public required IReadOnlyList<Guid> Removed { get; init; }
}

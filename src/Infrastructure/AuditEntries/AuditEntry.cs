namespace CleanWorkspace.Infrastructure.AuditEntries;

/// <summary>The changes that one write made to one resource. Triggers write it in the transaction of the change.</summary>
internal sealed class AuditEntry
{
    /// <summary>
    /// The id of the write: UUID version 7 of <see cref="CreatedAt"/>, so ascending ids are in the order of time. A write that
    /// changes several resources has one entry for each.
    /// </summary>
    public Guid WriteId { get; init; }

    /// <summary>The table of the resource.</summary>
    public string Resource { get; init; } = "";

    /// <summary>The id of the resource.</summary>
    public Guid ResourceId { get; init; }

    /// <summary>
    /// The place of the write in the feed of events (<c>Schema/audit.sql</c>). Null in the entries of an import, except its last one.
    /// </summary>
    public long? Position { get; init; }

    /// <summary>All write ids of an import, in its last entry.</summary>
    public Guid[]? Parts { get; init; }

    /// <summary>The number of the transaction, for readers that compare it with a snapshot.</summary>
    public ulong Transaction { get; init; }

    /// <summary>What happened to the resource: created, updated, deleted or erased; finished for an import.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The version of the resource after the write, as in its entity tag; null for an import.</summary>
    public long? ResourceVersion { get; init; }

    /// <summary>
    /// Whether the memberships of this group are in the entries of the written users, too. The list of the audit then shows only those.
    /// </summary>
    public bool? Mirrors { get; init; }

    /// <summary>The time of the change, UTC. Others see the entry a moment later, after the commit.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The caller.</summary>
    public string Actor { get; init; } = "";

    /// <summary>The operationId, or the command of the program.</summary>
    public string Operation { get; init; } = "";

    /// <summary>The trace id of the request; null outside a request.</summary>
    public string? TraceId { get; init; }

    /// <summary>The changed properties by name, as JSON.</summary>
    public string Changes { get; init; } = "{}";

    /// <summary>The ids of the other side of the memberships that began.</summary>
    public Guid[] Added { get; init; } = [];

    /// <summary>The ids of the other side of the memberships that ended.</summary>
    public Guid[] Removed { get; init; } = [];
}

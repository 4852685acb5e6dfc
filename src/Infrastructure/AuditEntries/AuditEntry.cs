namespace CleanWorkspace.Infrastructure.AuditEntries;

/// <summary>What one write changed of one resource. The database writes it, with the change itself; nothing edits it.</summary>
internal sealed class AuditEntry
{
    /// <summary>
    /// Names the write: UUID version 7 of <see cref="CreatedAt"/>, so ascending ids are in order of time. A write of several
    /// resources has an entry for each.
    /// </summary>
    public Guid WriteId { get; init; }

    /// <summary>The kind of the resource, as the database's table is called: users, user_groups, api_keys.</summary>
    public string Resource { get; init; } = "";

    /// <summary>The id of the resource.</summary>
    public Guid ResourceId { get; init; }

    /// <summary>When the change was made, in UTC with microseconds; seen by others a moment later, when its transaction has ended.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who.</summary>
    public string Actor { get; init; } = "";

    /// <summary>What was asked for: an operationId, or a command of the program.</summary>
    public string Operation { get; init; } = "";

    /// <summary>The trace id of the request, or null where there was none.</summary>
    public string? TraceId { get; init; }

    /// <summary>JSON: the changed properties by their name; of memberships, <see cref="Added"/> and <see cref="Removed"/> tell.</summary>
    public string Changes { get; init; } = "{}";

    /// <summary>The ids on the other side of the memberships that began.</summary>
    public Guid[] Added { get; init; } = [];

    /// <summary>The ids on the other side of the memberships that ended.</summary>
    public Guid[] Removed { get; init; } = [];
}

namespace CleanWorkspace.Domain.AuditEntries;

/// <summary>What one write changed of one resource. The database writes it, with the change itself; nothing edits it.</summary>
public sealed class AuditEntry
{
    private AuditEntry()
    {
    }

    /// <summary>
    /// Names the write: UUID version 7 of <see cref="CreatedAt"/>, so ascending ids are in order of time. A write of several
    /// resources has an entry for each.
    /// </summary>
    public Guid WriteId { get; private init; }

    /// <summary>The kind of the resource, as the database's table is called: users, user_groups, api_keys.</summary>
    public string Resource { get; private init; } = "";

    /// <summary>The id of the resource.</summary>
    public Guid ResourceId { get; private init; }

    /// <summary>When the change was made, in UTC with microseconds; seen by others a moment later, when its transaction has ended.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Who.</summary>
    public string Actor { get; private init; } = "";

    /// <summary>What was asked for: an operationId, or a command of the program.</summary>
    public string Operation { get; private init; } = "";

    /// <summary>The trace id of the request, or null where there was none.</summary>
    public string? TraceId { get; private init; }

    /// <summary>The changed properties by their name; of memberships, <see cref="Added"/> and <see cref="Removed"/> tell.</summary>
    public IReadOnlyDictionary<string, AuditChange> Changes { get; private init; } = new Dictionary<string, AuditChange>();

    /// <summary>The ids on the other side of the memberships that began.</summary>
    public Guid[] Added { get; private init; } = [];

    /// <summary>The ids on the other side of the memberships that ended.</summary>
    public Guid[] Removed { get; private init; } = [];
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

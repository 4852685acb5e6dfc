namespace CleanWorkspace.Domain;

/// <summary>
/// A row of the workspace. Entities are immutable: a use case builds a new one or describes changes to a stored one,
/// and the database, which alone sees every concurrent writer, answers what is stored.
/// </summary>
public abstract class Entity
{
    /// <summary>UUID version 7 (RFC 9562), so ascending ids are in order of creation.</summary>
    public required Guid Id { get; init; }

    /// <summary>When the row was created, in UTC with microseconds: the time in its id.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When anything that the resource shows last changed, memberships included; set by the database.</summary>
    public DateTimeOffset UpdatedAt { get; private init; }

    /// <summary>Grows with every change of anything that the resource shows, memberships included; set by the database.</summary>
    public long Version { get; private init; }
}

using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain;

/// <summary>A stored row that clients can address by its id.</summary>
public abstract class Entity
{
    /// <summary>UUID version 7 (RFC 9562). Ascending ids are in the order of creation.</summary>
    public required Guid Id
    {
        get;
        init
        {
            field = value;
            CreatedAt = UpdatedAt = Uuid.TimeOf(value);
        }
    }

    /// <summary>The time of creation, UTC, with microseconds. It is the time in the id.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>The time of the last change of anything that the resource shows, memberships included.</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Grows with every change of anything that the resource shows, memberships included. A new row has version 1.</summary>
    public long Version { get; private set; } = 1;

    /// <summary>Moves the version and the time after a change. The time never goes back.</summary>
    protected void MarkChanged(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var now = Timestamp.Truncate(clock.GetUtcNow());
        UpdatedAt = now > UpdatedAt ? now : UpdatedAt.AddMicroseconds(1);
        MoveVersion();
    }

    /// <summary>Moves the version after a change that does not count as a change of the resource's values.</summary>
    protected void MoveVersion() => Version++;
}

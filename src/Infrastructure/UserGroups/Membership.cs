namespace CleanWorkspace.Infrastructure.UserGroups;

/// <summary>
/// A user is in a group. No use case holds one: entities carry the ids of the other side, and writes replace sets of rows.
/// </summary>
internal sealed class Membership
{
    public Guid GroupId { get; init; }

    public Guid UserId { get; init; }
}

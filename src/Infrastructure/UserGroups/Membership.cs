namespace CleanWorkspace.Infrastructure.UserGroups;

/// <summary>The membership of a user in a group. The model needs it for the table; writes use SQL.</summary>
internal sealed class Membership
{
    public Guid GroupId { get; init; }

    public Guid UserId { get; init; }
}

namespace CleanWorkspace.Application.UserGroups;

/// <summary>What changes of a group's memberships came to. Each user that was named counts once.</summary>
public sealed record MembershipChangesResponse
{
    /// <summary>How many users became members.</summary>
    /// <example>2</example>
    public required int Added { get; init; }

    /// <summary>How many users were members and are no more.</summary>
    /// <example>1</example>
    public required int Removed { get; init; }

    /// <summary>How many users already were what was asked for.</summary>
    /// <example>0</example>
    public required int Unchanged { get; init; }
}

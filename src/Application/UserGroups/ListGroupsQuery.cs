using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.UserGroups;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Which user groups.</summary>
public abstract record ListGroupsQuery : SearchRequest<UserGroupResponse, UserGroupKey>
{
    /// <summary>Only those of this name, without regard to case and accents.</summary>
    public string? Name { get; init; }

    /// <summary>Only the groups of the user of this id.</summary>
    public abstract Guid? UserId { get; }

    /// <inheritdoc/>
    protected override IEnumerable<string?> ListParts => [.. base.ListParts, Name, UserId?.ToString()];

    /// <inheritdoc/>
    protected override bool IsNarrow => base.IsNarrow || Name is not null;

    internal override IEnumerable<RequestFault> FindFaults()
    {
        if (Name is { } name && UserGroup.NameRule.Check(name) is { } fault)
        {
            yield return RequestFault.Of("name", fault);
        }

        foreach (var other in base.FindFaults())
        {
            yield return other;
        }
    }
}

/// <summary>What user groups are ordered by.</summary>
public enum UserGroupKey
{
    /// <summary>When they were created, the oldest first.</summary>
    CreatedAt,

    /// <summary>The name.</summary>
    Name,
}

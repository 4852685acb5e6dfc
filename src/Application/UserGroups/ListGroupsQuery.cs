using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.UserGroups;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>A request for one page of user groups.</summary>
public abstract record ListGroupsQuery : SearchRequest<UserGroupResponse, UserGroupKey>
{
    /// <summary>Selects the groups with this name, ignoring case and accents.</summary>
    public string? Name { get; init; }

    /// <summary>Selects the groups of this user.</summary>
    public abstract Guid? UserId { get; }

    /// <inheritdoc/>
    protected override IEnumerable<string?> ListParts => [.. base.ListParts, Name, UserId?.ToString()];

    /// <inheritdoc/>
    protected override bool IsSelective => base.IsSelective || Name is not null;

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

/// <summary>The sort keys of user groups.</summary>
public enum UserGroupKey
{
    /// <summary>The time of creation.</summary>
    CreatedAt,

    /// <summary>The name.</summary>
    Name,
}

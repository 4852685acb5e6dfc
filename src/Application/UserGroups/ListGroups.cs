using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>A page of the user groups.</summary>
public sealed record UserGroupsListRequest : ListGroupsQuery
{
    /// <summary>Only the groups of the user of this id; none where there is no such user.</summary>
    public Guid? User { get; init; }

    /// <inheritdoc/>
    public override Guid? UserId => User;
}

internal sealed class ListGroupsHandler(IWorkspaceReader reader) : IRequestHandler<UserGroupsListRequest, Page<UserGroupResponse>>
{
    public Task<Page<UserGroupResponse>> Handle(UserGroupsListRequest request, CancellationToken cancellationToken) =>
        reader.ListUserGroupsAsync(request, cancellationToken);
}

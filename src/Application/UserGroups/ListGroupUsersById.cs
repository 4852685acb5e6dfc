using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>A page of the users who are in a group.</summary>
public sealed record UserGroupsListUsersByIdRequest : ListUsersQuery
{
    /// <summary>Which group.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public override Guid? GroupId => Id;
}

internal sealed class ListGroupUsersByIdHandler(IWorkspaceReader reader) : IRequestHandler<UserGroupsListUsersByIdRequest, Page<UserResponse>>
{
    public async Task<Page<UserResponse>> Handle(UserGroupsListUsersByIdRequest request, CancellationToken cancellationToken)
    {
        var page = await reader.ListUsersAsync(request, cancellationToken);
        return page.Count > 0 || await reader.FindUserGroupAsync(request.Id, Fields<UserGroupResponse>.None, cancellationToken) is not null
            ? page
            : throw Failure.NotFound<UserGroup>(request.Id);
    }
}

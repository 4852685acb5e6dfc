using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.UserGroups;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>A page of the groups that a user is in.</summary>
public sealed record UsersListGroupsByIdRequest : ListGroupsQuery
{
    /// <summary>Which user.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public override Guid? UserId => Id;
}

internal sealed class ListUserGroupsByIdHandler(IWorkspaceReader reader) : IRequestHandler<UsersListGroupsByIdRequest, Page<UserGroupResponse>>
{
    public async Task<Page<UserGroupResponse>> Handle(UsersListGroupsByIdRequest request, CancellationToken cancellationToken)
    {
        var page = await reader.ListUserGroupsAsync(request, cancellationToken);
        return page.Count > 0 || await reader.FindUserAsync(request.Id, Fields<UserResponse>.None, cancellationToken) is not null
            ? page
            : throw Failure.NotFound<User>(request.Id);
    }
}

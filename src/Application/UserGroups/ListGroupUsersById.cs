using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.UserGroups;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Reads one page of the members of a group.</summary>
public sealed record UserGroupsListUsersByIdRequest : ListUsersQuery
{
    /// <summary>The id of the group.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public override Guid? GroupId => Id;
}

internal sealed class ListGroupUsersByIdHandler(IUserStore users, IUserGroupStore userGroups)
    : IRequestHandler<UserGroupsListUsersByIdRequest, Page<UserResponse>>
{
    public async Task<Page<UserResponse>> Handle(UserGroupsListUsersByIdRequest request, CancellationToken cancellationToken)
    {
        var page = await users.ListAsync(request, cancellationToken);
        return page.Count > 0 || await userGroups.FindAsync(request.Id, Fields<UserGroupResponse>.None, cancellationToken) is not null
            ? page
            : throw Failure.NotFound<UserGroup>(request.Id);
    }
}

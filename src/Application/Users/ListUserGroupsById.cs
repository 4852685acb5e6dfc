using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Domain.Users;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Reads one page of the groups of a user.</summary>
public sealed record UsersListGroupsByIdRequest : ListGroupsQuery
{
    /// <summary>The id of the user.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public override Guid? UserId => Id;
}

internal sealed class ListUserGroupsByIdHandler(IUserGroupStore userGroups, IUserStore users)
    : IRequestHandler<UsersListGroupsByIdRequest, Page<UserGroupResponse>>
{
    public async Task<Page<UserGroupResponse>> Handle(UsersListGroupsByIdRequest request, CancellationToken cancellationToken)
    {
        var page = await userGroups.ListAsync(request, cancellationToken);
        return page.Count > 0 || await users.FindAsync(request.Id, Fields<UserResponse>.None, cancellationToken) is not null
            ? page
            : throw Failure.NotFound<User>(request.Id);
    }
}

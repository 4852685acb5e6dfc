using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.UserGroups;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Reads one user group.</summary>
/// <param name="Id">The id of the group.</param>
/// <param name="Fields">The properties to read; null for all.</param>
public sealed record UserGroupsGetUserGroupByIdRequest(Guid Id, Fields<UserGroupResponse>? Fields) : IRequest<UserGroupResponse>;

internal sealed class GetUserGroupByIdHandler(IUserGroupStore userGroups)
    : IRequestHandler<UserGroupsGetUserGroupByIdRequest, UserGroupResponse>
{
    public async Task<UserGroupResponse> Handle(UserGroupsGetUserGroupByIdRequest request, CancellationToken cancellationToken) =>
        await userGroups.FindAsync(request.Id, request.Fields, cancellationToken)
        ?? throw Failure.NotFound<UserGroup>(request.Id);
}

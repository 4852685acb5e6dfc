using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>One user group.</summary>
/// <param name="Id">Which.</param>
/// <param name="Fields">The properties to show; null for all.</param>
public sealed record UserGroupsGetUserGroupByIdRequest(Guid Id, Fields<UserGroupResponse>? Fields) : IRequest<UserGroupResponse>;

internal sealed class GetUserGroupByIdHandler(IWorkspaceReader reader) : IRequestHandler<UserGroupsGetUserGroupByIdRequest, UserGroupResponse>
{
    public async Task<UserGroupResponse> Handle(UserGroupsGetUserGroupByIdRequest request, CancellationToken cancellationToken) =>
        await reader.FindUserGroupAsync(request.Id, request.Fields, cancellationToken)
        ?? throw Failure.NotFound<UserGroup>(request.Id);
}

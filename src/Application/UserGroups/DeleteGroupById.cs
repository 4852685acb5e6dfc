using CleanWorkspace.Application.Common;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Deletes a user group and ends its memberships; the users stay.</summary>
/// <param name="Id">Which.</param>
public sealed record UserGroupsDeleteByIdRequest(Guid Id) : IRequest;

internal sealed class DeleteGroupByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<UserGroupsDeleteByIdRequest>
{
    protected override async Task Handle(UserGroupsDeleteByIdRequest request, CancellationToken cancellationToken)
    {
        if (!await db.DeleteUserGroupAsync(request.Id, cancellationToken))
        {
            throw NotFoundException.UserGroup(request.Id);
        }
    }
}

using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Deletes a user group and ends its memberships; the users stay.</summary>
/// <param name="Id">Which.</param>
/// <param name="ExpectedVersions">The versions that may be deleted; null for any.</param>
public sealed record UserGroupsDeleteByIdRequest(Guid Id, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class DeleteGroupByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<UserGroupsDeleteByIdRequest>
{
    protected override async Task Handle(UserGroupsDeleteByIdRequest request, CancellationToken cancellationToken)
    {
        if (!await db.DeleteUserGroupAsync(request.Id, request.ExpectedVersions, cancellationToken))
        {
            throw Failure.NotFound<UserGroup>(request.Id);
        }
    }
}

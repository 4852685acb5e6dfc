using CleanWorkspace.Domain.UserGroups;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Deletes a user group and its memberships. The users stay.</summary>
/// <param name="Id">The id of the group.</param>
/// <param name="ExpectedVersions">The versions that the client accepts, or null for any.</param>
public sealed record UserGroupsDeleteByIdRequest(Guid Id, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class DeleteGroupByIdHandler(IUserGroupStore userGroups) : AsyncRequestHandler<UserGroupsDeleteByIdRequest>
{
    protected override async Task Handle(UserGroupsDeleteByIdRequest request, CancellationToken cancellationToken)
    {
        if (!await userGroups.DeleteAsync(request.Id, request.ExpectedVersions, cancellationToken))
        {
            throw Failure.NotFound<UserGroup>(request.Id);
        }
    }
}

using CleanWorkspace.Domain.UserGroups;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Ends a user's membership of a group. Who is no member, or no user, stays none.</summary>
/// <param name="Id">Which group.</param>
/// <param name="UserId">Which user.</param>
/// <param name="ExpectedVersions">The versions of the group that may be changed; null for any.</param>
public sealed record UserGroupsRemoveUserByIdRequest(Guid Id, Guid UserId, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class RemoveGroupUserByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<UserGroupsRemoveUserByIdRequest>
{
    protected override async Task Handle(UserGroupsRemoveUserByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new MembershipChanges { GroupId = request.Id, ExpectedVersions = request.ExpectedVersions, Remove = [request.UserId] };
        _ = await db.UpdateAsync(changes, cancellationToken) ?? throw Failure.NotFound<UserGroup>(request.Id);
    }
}

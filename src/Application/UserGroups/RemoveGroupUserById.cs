using CleanWorkspace.Domain.UserGroups;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Ends the membership of a user in a group. Repeating the request changes nothing.</summary>
/// <param name="Id">The id of the group.</param>
/// <param name="UserId">The id of the user.</param>
/// <param name="ExpectedVersions">The versions of the group that the client accepts, or null for any.</param>
public sealed record UserGroupsRemoveUserByIdRequest(Guid Id, Guid UserId, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class RemoveGroupUserByIdHandler(IUserGroupStore userGroups) : AsyncRequestHandler<UserGroupsRemoveUserByIdRequest>
{
    protected override async Task Handle(UserGroupsRemoveUserByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new MembershipChanges
        {
            GroupId = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            Remove = [request.UserId],
        };
        _ = await userGroups.UpdateMembersAsync(changes, cancellationToken) ?? throw Failure.NotFound<UserGroup>(request.Id);
    }
}

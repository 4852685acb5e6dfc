using CleanWorkspace.Domain.UserGroups;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Ends the membership of a user in a group. Repeating the request changes nothing.</summary>
/// <param name="Id">The id of the group.</param>
/// <param name="UserId">The id of the user.</param>
/// <param name="ExpectedVersions">The versions of the group that the client accepts, or null for any.</param>
public sealed record UserGroupsRemoveUserByIdRequest(Guid Id, Guid UserId, IReadOnlyList<long>? ExpectedVersions)
    : IRequest<MembershipChangesResponse>;

internal sealed class RemoveGroupUserByIdHandler(IUserGroupStore userGroups)
    : IRequestHandler<UserGroupsRemoveUserByIdRequest, MembershipChangesResponse>
{
    public async Task<MembershipChangesResponse> Handle(UserGroupsRemoveUserByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new MembershipChanges
        {
            GroupId = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            Remove = [request.UserId],
        };
        var counts = await userGroups.UpdateMembersAsync(changes, cancellationToken) ?? throw Failure.NotFound<UserGroup>(request.Id);
        return MembershipChangesResponse.Of(changes, counts);
    }
}

using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Makes a user a member of a group. Repeating the request changes nothing.</summary>
/// <param name="Id">The id of the group.</param>
/// <param name="UserId">The id of the user.</param>
/// <param name="ExpectedVersions">The versions of the group that the client accepts, or null for any.</param>
public sealed record UserGroupsAddUserByIdRequest(Guid Id, Guid UserId, IReadOnlyList<long>? ExpectedVersions)
    : IRequest<MembershipChangesResponse>;

internal sealed class AddGroupUserByIdHandler(IUserGroupStore userGroups)
    : IRequestHandler<UserGroupsAddUserByIdRequest, MembershipChangesResponse>
{
    public async Task<MembershipChangesResponse> Handle(UserGroupsAddUserByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new MembershipChanges
        {
            GroupId = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            Add = [request.UserId],
        };
        try
        {
            var counts = await userGroups.UpdateMembersAsync(changes, cancellationToken) ?? throw Failure.NotFound<UserGroup>(request.Id);
            return MembershipChangesResponse.Of(changes, counts);
        }
        catch (Failure failure) when (failure.Kind == FailureKind.BrokenReference)
        {
            throw Failure.NotFound<User>(request.UserId);
        }
    }
}

using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Makes a user a member of a group. Repeating the request changes nothing.</summary>
/// <param name="Id">The id of the group.</param>
/// <param name="UserId">The id of the user.</param>
/// <param name="ExpectedVersions">The versions of the group that the client accepts, or null for any.</param>
public sealed record UserGroupsAddUserByIdRequest(Guid Id, Guid UserId, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class AddGroupUserByIdHandler(IUserGroupStore userGroups) : AsyncRequestHandler<UserGroupsAddUserByIdRequest>
{
    protected override async Task Handle(UserGroupsAddUserByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new MembershipChanges
        {
            GroupId = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            Add = [request.UserId],
        };
        try
        {
            _ = await userGroups.UpdateMembersAsync(changes, cancellationToken) ?? throw Failure.NotFound<UserGroup>(request.Id);
        }
        catch (Failure failure) when (failure.Kind == FailureKind.BrokenReference)
        {
            throw Failure.NotFound<User>(request.UserId);
        }
    }
}

using CleanWorkspace.Domain.UserGroups;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Makes a user a member of a group. Who is one already stays one.</summary>
/// <param name="Id">Which group.</param>
/// <param name="UserId">Which user.</param>
/// <param name="ExpectedVersions">The versions of the group that may be changed; null for any.</param>
public sealed record UserGroupsAddUserByIdRequest(Guid Id, Guid UserId, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class AddGroupUserByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<UserGroupsAddUserByIdRequest>
{
    protected override async Task Handle(UserGroupsAddUserByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new MembershipChanges { GroupId = request.Id, ExpectedVersions = request.ExpectedVersions, Add = [request.UserId] };
        try
        {
            _ = await db.UpdateAsync(changes, cancellationToken) ?? throw Failure.NotFound<UserGroup>(request.Id);
        }
        catch (Failure failure) when (failure.Kind == FailureKind.BrokenReference)
        {
            throw Failure.NotFound<User>(request.UserId);
        }
    }
}

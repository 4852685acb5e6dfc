using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Deletes a user and ends its memberships.</summary>
/// <param name="Id">Whose.</param>
/// <param name="ExpectedVersions">The versions that may be deleted; null for any.</param>
public sealed record UsersDeleteByIdRequest(Guid Id, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class DeleteUserByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<UsersDeleteByIdRequest>
{
    protected override async Task Handle(UsersDeleteByIdRequest request, CancellationToken cancellationToken)
    {
        if (!await db.DeleteUserAsync(request.Id, request.ExpectedVersions, cancellationToken))
        {
            throw Failure.NotFound<User>(request.Id);
        }
    }
}

using CleanWorkspace.Application.Common;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Deletes a user and ends its memberships.</summary>
/// <param name="Id">Whose.</param>
public sealed record UsersDeleteByIdRequest(Guid Id) : IRequest;

internal sealed class DeleteUserByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<UsersDeleteByIdRequest>
{
    protected override async Task Handle(UsersDeleteByIdRequest request, CancellationToken cancellationToken)
    {
        if (!await db.DeleteUserAsync(request.Id, cancellationToken))
        {
            throw NotFoundException.User(request.Id);
        }
    }
}

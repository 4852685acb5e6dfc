using CleanWorkspace.Domain.Users;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>
/// Deletes a user and removes its values from the audit, the events and the stored answers. The facts stay: the id, what was done, when
/// and by whom. The user may have been deleted or erased before.
/// </summary>
/// <param name="Id">The id of the user.</param>
public sealed record UsersEraseUserByIdRequest(Guid Id) : IRequest;

internal sealed class EraseUserByIdHandler(IUserStore users) : AsyncRequestHandler<UsersEraseUserByIdRequest>
{
    protected override async Task Handle(UsersEraseUserByIdRequest request, CancellationToken cancellationToken)
    {
        if (!await users.EraseAsync(request.Id, cancellationToken))
        {
            throw Failure.NotFound<User>(request.Id);
        }
    }
}

using CleanWorkspace.Domain.Users;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Deletes a user and its memberships.</summary>
/// <param name="Id">The id of the user.</param>
/// <param name="ExpectedVersions">The versions that the client accepts, or null for any.</param>
public sealed record UsersDeleteByIdRequest(Guid Id, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class DeleteUserByIdHandler(IUserStore users) : AsyncRequestHandler<UsersDeleteByIdRequest>
{
    protected override async Task Handle(UsersDeleteByIdRequest request, CancellationToken cancellationToken)
    {
        if (!await users.DeleteAsync(request.Id, request.ExpectedVersions, cancellationToken))
        {
            throw Failure.NotFound<User>(request.Id);
        }
    }
}

using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Users;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Reads one user.</summary>
/// <param name="Id">The id of the user.</param>
/// <param name="Fields">The properties to read; null for all.</param>
public sealed record UsersGetUserByIdRequest(Guid Id, Fields<UserResponse>? Fields) : IRequest<UserResponse>;

internal sealed class GetUserByIdHandler(IUserStore users)
    : IRequestHandler<UsersGetUserByIdRequest, UserResponse>
{
    public async Task<UserResponse> Handle(UsersGetUserByIdRequest request, CancellationToken cancellationToken) =>
        await users.FindAsync(request.Id, request.Fields, cancellationToken)
        ?? throw Failure.NotFound<User>(request.Id);
}

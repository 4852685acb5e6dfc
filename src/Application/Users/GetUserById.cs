using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>One user.</summary>
/// <param name="Id">Whose.</param>
/// <param name="Fields">The properties to show; null for all.</param>
public sealed record UsersGetUserByIdRequest(Guid Id, Fields<UserResponse>? Fields) : IRequest<UserResponse>;

internal sealed class GetUserByIdHandler(IWorkspaceReader reader) : IRequestHandler<UsersGetUserByIdRequest, UserResponse>
{
    public async Task<UserResponse> Handle(UsersGetUserByIdRequest request, CancellationToken cancellationToken) =>
        await reader.FindUserAsync(request.Id, request.Fields, cancellationToken)
        ?? throw Failure.NotFound<User>(request.Id);
}

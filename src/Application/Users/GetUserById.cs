using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Common;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Users;

/// <summary>One user.</summary>
/// <param name="Id">Whose.</param>
public sealed record UsersGetUserByIdRequest(Guid Id) : IRequest<UserResponse>;

internal sealed class GetUserByIdHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<UsersGetUserByIdRequest, UserResponse>
{
    public async Task<UserResponse> Handle(UsersGetUserByIdRequest request, CancellationToken cancellationToken) =>
        await db.Users
            .Where(user => user.Id == request.Id)
            .ProjectTo<UserResponse>(mapper.ConfigurationProvider)
            .SingleOrDefaultAsync(cancellationToken)
        ?? throw NotFoundException.User(request.Id);
}

using AutoMapper;
using CleanWorkspace.Application.Common;
using CleanWorkspace.Domain.Users;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>A page of the users, oldest first.</summary>
/// <param name="Page">Which page, from 1.</param>
/// <param name="PageSize">The most rows of a page, from 1.</param>
public sealed record UsersListRequest(int Page, int PageSize) : IRequest<Page<UserResponse>>;

internal sealed class ListUsersHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<UsersListRequest, Page<UserResponse>>
{
    public Task<Page<UserResponse>> Handle(UsersListRequest request, CancellationToken cancellationToken) =>
        db.Users.ToPageAsync<User, UserResponse>(
            request.Page, request.PageSize, mapper.ConfigurationProvider, cancellationToken);
}

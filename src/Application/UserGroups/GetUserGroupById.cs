using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Common;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>One user group.</summary>
/// <param name="Id">Which.</param>
public sealed record UserGroupsGetUserGroupByIdRequest(Guid Id) : IRequest<UserGroupResponse>;

internal sealed class GetUserGroupByIdHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<UserGroupsGetUserGroupByIdRequest, UserGroupResponse>
{
    public async Task<UserGroupResponse> Handle(UserGroupsGetUserGroupByIdRequest request, CancellationToken cancellationToken) =>
        await db.UserGroups
            .Where(group => group.Id == request.Id)
            .ProjectTo<UserGroupResponse>(mapper.ConfigurationProvider)
            .SingleOrDefaultAsync(cancellationToken)
        ?? throw NotFoundException.UserGroup(request.Id);
}

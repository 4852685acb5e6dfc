using AutoMapper;
using CleanWorkspace.Application.Common;
using CleanWorkspace.Domain.UserGroups;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>A page of the user groups, oldest first.</summary>
/// <param name="Page">Which page, from 1.</param>
/// <param name="PageSize">The most rows of a page, from 1.</param>
public sealed record UserGroupsListRequest(int Page, int PageSize) : IRequest<Page<UserGroupResponse>>;

internal sealed class ListGroupsHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<UserGroupsListRequest, Page<UserGroupResponse>>
{
    public Task<Page<UserGroupResponse>> Handle(UserGroupsListRequest request, CancellationToken cancellationToken) =>
        db.UserGroups.ToPageAsync<UserGroup, UserGroupResponse>(
            request.Page, request.PageSize, mapper.ConfigurationProvider, cancellationToken);
}

using AutoMapper;
using CleanWorkspace.Application.Common;
using CleanWorkspace.Domain.ApiKeys;
using MediatR;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>A page of the API keys, oldest first.</summary>
/// <param name="Page">Which page, from 1.</param>
/// <param name="PageSize">The most rows of a page, from 1.</param>
public sealed record ApiKeysListRequest(int Page, int PageSize) : IRequest<Page<ApiKeyResponse>>;

internal sealed class ListKeysHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<ApiKeysListRequest, Page<ApiKeyResponse>>
{
    public Task<Page<ApiKeyResponse>> Handle(ApiKeysListRequest request, CancellationToken cancellationToken) =>
        db.ApiKeys.ToPageAsync<ApiKey, ApiKeyResponse>(
            request.Page, request.PageSize, mapper.ConfigurationProvider, cancellationToken);
}

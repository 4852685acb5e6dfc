using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Reads one page of the API keys, oldest first.</summary>
public sealed record ApiKeysListRequest : ListRequest<ApiKeyResponse>
{
    /// <inheritdoc/>
    public override string List => nameof(ApiKeyResponse);
}

internal sealed class ListKeysHandler(IWorkspaceDbContext db, IMapper mapper) : IRequestHandler<ApiKeysListRequest, Page<ApiKeyResponse>>
{
    public async Task<Page<ApiKeyResponse>> Handle(ApiKeysListRequest request, CancellationToken cancellationToken)
    {
        var page = await db.ApiKeys.ProjectTo<ApiKeyResponse>(mapper.ConfigurationProvider).ToPageAsync(request, cancellationToken);
        return page.Select(key => key with { Shown = request.Fields ?? Fields<ApiKeyResponse>.All });
    }
}

using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>A page of the API keys, oldest first.</summary>
public sealed record ApiKeysListRequest : ListRequest<ApiKeyResponse>
{
    /// <inheritdoc/>
    public override string List => nameof(ApiKeyResponse);
}

internal sealed class ListKeysHandler(IWorkspaceReader reader) : IRequestHandler<ApiKeysListRequest, Page<ApiKeyResponse>>
{
    public Task<Page<ApiKeyResponse>> Handle(ApiKeysListRequest request, CancellationToken cancellationToken) =>
        reader.ListApiKeysAsync(request, cancellationToken);
}

using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>One API key.</summary>
/// <param name="Id">Which.</param>
/// <param name="Fields">The properties to show; null for all.</param>
public sealed record ApiKeysGetApiKeyByIdRequest(Guid Id, Fields<ApiKeyResponse>? Fields) : IRequest<ApiKeyResponse>;

internal sealed class GetApiKeyByIdHandler(IWorkspaceReader reader) : IRequestHandler<ApiKeysGetApiKeyByIdRequest, ApiKeyResponse>
{
    public async Task<ApiKeyResponse> Handle(ApiKeysGetApiKeyByIdRequest request, CancellationToken cancellationToken) =>
        await reader.FindApiKeyAsync(request.Id, request.Fields, cancellationToken)
        ?? throw Failure.NotFound<ApiKey>(request.Id);
}

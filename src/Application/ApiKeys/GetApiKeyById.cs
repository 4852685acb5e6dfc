using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Common;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>One API key.</summary>
/// <param name="Id">Which.</param>
public sealed record ApiKeysGetApiKeyByIdRequest(Guid Id) : IRequest<ApiKeyResponse>;

internal sealed class GetApiKeyByIdHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<ApiKeysGetApiKeyByIdRequest, ApiKeyResponse>
{
    public async Task<ApiKeyResponse> Handle(ApiKeysGetApiKeyByIdRequest request, CancellationToken cancellationToken) =>
        await db.ApiKeys
            .Where(key => key.Id == request.Id)
            .ProjectTo<ApiKeyResponse>(mapper.ConfigurationProvider)
            .SingleOrDefaultAsync(cancellationToken)
        ?? throw NotFoundException.ApiKey(request.Id);
}

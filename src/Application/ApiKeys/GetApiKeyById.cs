using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.ApiKeys;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Reads one API key.</summary>
/// <param name="Id">The id of the key.</param>
/// <param name="Fields">The properties to show; null for all.</param>
public sealed record ApiKeysGetApiKeyByIdRequest(Guid Id, Fields<ApiKeyResponse>? Fields) : IRequest<ApiKeyResponse>;

internal sealed class GetApiKeyByIdHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<ApiKeysGetApiKeyByIdRequest, ApiKeyResponse>
{
    public async Task<ApiKeyResponse> Handle(ApiKeysGetApiKeyByIdRequest request, CancellationToken cancellationToken)
    {
        var key = await db.ApiKeys
            .Where(key => key.Id == request.Id)
            .ProjectTo<ApiKeyResponse>(mapper.ConfigurationProvider)
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw Failure.NotFound<ApiKey>(request.Id);
        return key with { Shown = request.Fields ?? Fields<ApiKeyResponse>.All };
    }
}

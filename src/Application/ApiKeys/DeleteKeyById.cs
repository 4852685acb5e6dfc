using MediatR;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Deletes an API key: whoever holds it is refused from then on.</summary>
/// <param name="Id">Which.</param>
/// <param name="ExpectedVersions">The versions that may be deleted; null for any.</param>
public sealed record ApiKeysDeleteByIdRequest(Guid Id, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class DeleteKeyByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<ApiKeysDeleteByIdRequest>
{
    protected override async Task Handle(ApiKeysDeleteByIdRequest request, CancellationToken cancellationToken)
    {
        if (!await db.DeleteApiKeyAsync(request.Id, request.ExpectedVersions, cancellationToken))
        {
            throw Failure.NotFound<ApiKey>(request.Id);
        }
    }
}

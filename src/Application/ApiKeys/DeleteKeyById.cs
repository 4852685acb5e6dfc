using MediatR;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Deletes an API key. The service refuses its token within five seconds.</summary>
/// <param name="Id">The id of the key.</param>
/// <param name="ExpectedVersions">The versions that the client accepts, or null for any.</param>
public sealed record ApiKeysDeleteByIdRequest(Guid Id, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class DeleteKeyByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<ApiKeysDeleteByIdRequest>
{
    protected override Task Handle(ApiKeysDeleteByIdRequest request, CancellationToken cancellationToken) =>
        db.EditAsync(db.ApiKeys, request.Id, request.ExpectedVersions, key => db.ApiKeys.Remove(key), cancellationToken);
}

using MediatR;

namespace CleanWorkspace.Application.NounName;

/// <summary>Deletes a-entity-words.</summary>
/// <param name="Id">The id of the entity-words.</param>
/// <param name="ExpectedVersions">The versions that the client accepts, or null for any.</param>
public sealed record NounNameDeleteByIdRequest(Guid Id, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class DeleteEntityNameByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<NounNameDeleteByIdRequest>
{
    protected override Task Handle(NounNameDeleteByIdRequest request, CancellationToken cancellationToken) =>
        db.EditAsync(
            db.NounName, request.Id, request.ExpectedVersions, entityName => db.NounName.Remove(entityName), cancellationToken);
}

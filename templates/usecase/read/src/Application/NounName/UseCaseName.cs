using CleanWorkspace.Domain.NounName;
using MediatR;

namespace CleanWorkspace.Application.NounName;

/// <summary>Reads one entity-words.</summary>
/// <param name="Id">The id of the entity-words.</param>
public sealed record NounNameActionNameRequest(Guid Id) : IRequest<EntityNameResponse>;

internal sealed class UseCaseNameHandler(IEntityNameStore nounName)
    : IRequestHandler<NounNameActionNameRequest, EntityNameResponse>
{
    public async Task<EntityNameResponse> Handle(NounNameActionNameRequest request, CancellationToken cancellationToken) =>
        await nounName.FindAsync(request.Id, fields: null, cancellationToken) ?? throw Failure.NotFound<EntityName>(request.Id);
}

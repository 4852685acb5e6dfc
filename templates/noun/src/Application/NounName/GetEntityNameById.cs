using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.NounName;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.NounName;

/// <summary>Reads one entity-words.</summary>
/// <param name="Id">The id of the entity-words.</param>
/// <param name="Fields">The properties to show; null for all.</param>
public sealed record NounNameGetEntityNameByIdRequest(Guid Id, Fields<EntityNameResponse>? Fields) : IRequest<EntityNameResponse>;

internal sealed class GetEntityNameByIdHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<NounNameGetEntityNameByIdRequest, EntityNameResponse>
{
    public async Task<EntityNameResponse> Handle(NounNameGetEntityNameByIdRequest request, CancellationToken cancellationToken)
    {
        var entityName = await db.NounName
            .Where(entityName => entityName.Id == request.Id)
            .ProjectTo<EntityNameResponse>(mapper.ConfigurationProvider)
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw Failure.NotFound<EntityName>(request.Id);
        return entityName with { Shown = request.Fields ?? Fields<EntityNameResponse>.All };
    }
}

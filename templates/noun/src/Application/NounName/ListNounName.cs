using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.NounName;

/// <summary>Reads one page of the entities-words, oldest first.</summary>
public sealed record NounNameListRequest : ListRequest<EntityNameResponse>
{
    /// <inheritdoc/>
    public override string List => nameof(EntityNameResponse);
}

internal sealed class ListNounNameHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<NounNameListRequest, Page<EntityNameResponse>>
{
    public async Task<Page<EntityNameResponse>> Handle(NounNameListRequest request, CancellationToken cancellationToken)
    {
        var page = await db.NounName.ProjectTo<EntityNameResponse>(mapper.ConfigurationProvider).ToPageAsync(request, cancellationToken);
        return page.Select(entityName => entityName with { Shown = request.Fields ?? Fields<EntityNameResponse>.All });
    }
}

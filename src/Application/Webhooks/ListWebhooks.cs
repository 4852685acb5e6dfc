using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Reads one page of the webhooks, oldest first.</summary>
public sealed record WebhooksListRequest : ListRequest<WebhookResponse>
{
    /// <inheritdoc/>
    public override string List => nameof(WebhookResponse);
}

internal sealed class ListWebhooksHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<WebhooksListRequest, Page<WebhookResponse>>
{
    public async Task<Page<WebhookResponse>> Handle(WebhooksListRequest request, CancellationToken cancellationToken)
    {
        var page = await db.Webhooks.ProjectTo<WebhookResponse>(mapper.ConfigurationProvider).ToPageAsync(request, cancellationToken);
        return page.Select(webhook => webhook with { Shown = request.Fields ?? Fields<WebhookResponse>.All });
    }
}

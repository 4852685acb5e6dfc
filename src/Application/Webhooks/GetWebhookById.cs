using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Webhooks;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Reads one webhook.</summary>
/// <param name="Id">The id of the webhook.</param>
/// <param name="Fields">The properties to show; null for all.</param>
public sealed record WebhooksGetWebhookByIdRequest(Guid Id, Fields<WebhookResponse>? Fields) : IRequest<WebhookResponse>;

internal sealed class GetWebhookByIdHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<WebhooksGetWebhookByIdRequest, WebhookResponse>
{
    public async Task<WebhookResponse> Handle(WebhooksGetWebhookByIdRequest request, CancellationToken cancellationToken)
    {
        var webhook = await db.Webhooks
            .Where(webhook => webhook.Id == request.Id)
            .ProjectTo<WebhookResponse>(mapper.ConfigurationProvider)
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw Failure.NotFound<Webhook>(request.Id);
        return webhook with { Shown = request.Fields ?? Fields<WebhookResponse>.All };
    }
}

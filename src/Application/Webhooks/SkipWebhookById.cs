using AutoMapper;
using CleanWorkspace.Domain.Webhooks;
using MediatR;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Gives up the blocked event of a webhook, so that the events after it are delivered. It can be resent later.</summary>
/// <param name="Id">The id of the webhook.</param>
public sealed record WebhooksSkipByIdRequest(Guid Id) : IRequest<WebhookResponse>;

internal sealed class SkipWebhookByIdHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<WebhooksSkipByIdRequest, WebhookResponse>
{
    public async Task<WebhookResponse> Handle(WebhooksSkipByIdRequest request, CancellationToken cancellationToken) =>
        mapper.Map<WebhookResponse>(await db.EditAsync(db.Webhooks, request.Id, null, Skip, cancellationToken));

    private static void Skip(Webhook webhook)
    {
        if (!webhook.SkipBlockedEvent())
        {
            throw Failure.NothingBlocked();
        }
    }
}

using AutoMapper;
using MediatR;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Replaces the secret of a webhook. The former one stays valid for 24 hours.</summary>
/// <param name="Id">The id of the webhook.</param>
public sealed record WebhooksRotateByIdRequest(Guid Id) : IRequest<WebhookResponse>;

internal sealed class RotateWebhookByIdHandler(IWorkspaceDbContext db, IMapper mapper, TimeProvider clock)
    : IRequestHandler<WebhooksRotateByIdRequest, WebhookResponse>
{
    public async Task<WebhookResponse> Handle(WebhooksRotateByIdRequest request, CancellationToken cancellationToken)
    {
        var webhook = await db.EditAsync(db.Webhooks, request.Id, null, webhook => webhook.Rotate(clock), cancellationToken);
        return mapper.Map<WebhookResponse>(webhook) with { Secret = webhook.Secret };
    }
}

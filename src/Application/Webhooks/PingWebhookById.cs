using CleanWorkspace.Domain.Values;
using CleanWorkspace.Domain.Webhooks;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Sends a message of the type <c>webhook.ping</c> at once, also if the webhook is disabled or an event is blocked.</summary>
/// <param name="Id">The id of the webhook.</param>
public sealed record WebhooksPingByIdRequest(Guid Id) : IRequest<WebhookPingResponse>;

internal sealed class PingWebhookByIdHandler(IWorkspaceDbContext db, TimeProvider clock, IWebhookSender sender)
    : IRequestHandler<WebhooksPingByIdRequest, WebhookPingResponse>
{
    private const string Type = "webhook.ping";

    public async Task<WebhookPingResponse> Handle(WebhooksPingByIdRequest request, CancellationToken cancellationToken)
    {
        var webhook = await db.Webhooks.SingleOrDefaultAsync(webhook => webhook.Id == request.Id, cancellationToken)
            ?? throw Failure.NotFound<Webhook>(request.Id);
        var message = new WebhookMessage(
            new Uri(webhook.Url),
            $"ping.{Uuid.CreateVersion7(clock)}",
            webhook.GetSecrets(clock),
            WebhookBody.Of(Type, clock.GetUtcNow(), new { WebhookId = webhook.Id }));
        var attempt = await sender.SendAsync(message, cancellationToken);
        return new WebhookPingResponse
        {
            Succeeded = attempt.IsSuccess,
            DurationMs = (int)attempt.Duration.TotalMilliseconds,
            Status = attempt.Status,
            Error = attempt.Error,
            Answer = attempt.Answer,
        };
    }
}

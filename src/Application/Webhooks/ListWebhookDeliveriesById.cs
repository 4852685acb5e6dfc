using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Webhooks;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Reads one page of the attempts to deliver events to a webhook, newest first.</summary>
public sealed record WebhooksListDeliveriesByIdRequest : ListRequest<WebhookDeliveryResponse>
{
    /// <summary>The id of the webhook.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <summary>Selects the attempts that succeeded, or those that failed.</summary>
    public bool? Succeeded { get; init; }

    /// <inheritdoc/>
    public override string List => $"{nameof(WebhookDeliveryResponse)}\n{Id}\n{Succeeded}";

    internal override bool IsNewestFirst => true;
}

internal sealed class ListWebhookDeliveriesByIdHandler(IWorkspaceDbContext db)
    : IRequestHandler<WebhooksListDeliveriesByIdRequest, Page<WebhookDeliveryResponse>>
{
    public async Task<Page<WebhookDeliveryResponse>> Handle(
        WebhooksListDeliveriesByIdRequest request, CancellationToken cancellationToken)
    {
        var page = await db.WebhookDeliveries
            .Where(delivery => delivery.WebhookId == request.Id)
            .Where(delivery => request.Succeeded == null || delivery.Succeeded == request.Succeeded)
            .Select(delivery => new WebhookDeliveryResponse
            {
                Id = delivery.Id,
                EventId = delivery.EventId,
                Type = delivery.Type,
                Attempt = delivery.Attempt,
                Time = delivery.Time,
                DurationMs = delivery.DurationMs,
                Succeeded = delivery.Succeeded,
                Status = delivery.Status,
                Error = delivery.Error,
                Answer = delivery.Answer,
                NextAttemptAt = delivery.NextAttemptAt,
            })
            .ToPageAsync(request, cancellationToken);
        return page.Count > 0 || await db.Webhooks.AnyAsync(webhook => webhook.Id == request.Id, cancellationToken)
            ? page.Select(delivery => delivery with { Shown = request.Fields ?? Fields<WebhookDeliveryResponse>.All })
            : throw Failure.NotFound<Webhook>(request.Id);
    }
}

using MediatR;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Deletes a webhook. Events that wait are not delivered any more.</summary>
/// <param name="Id">The id of the webhook.</param>
/// <param name="ExpectedVersions">The versions that the client accepts, or null for any.</param>
public sealed record WebhooksDeleteByIdRequest(Guid Id, IReadOnlyList<long>? ExpectedVersions) : IRequest;

internal sealed class DeleteWebhookByIdHandler(IWorkspaceDbContext db) : AsyncRequestHandler<WebhooksDeleteByIdRequest>
{
    protected override Task Handle(WebhooksDeleteByIdRequest request, CancellationToken cancellationToken) =>
        db.EditAsync(db.Webhooks, request.Id, request.ExpectedVersions, webhook => db.Webhooks.Remove(webhook), cancellationToken);
}

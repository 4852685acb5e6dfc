using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Responses;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>The webhooks: endpoints to which the service sends events. docs/webhooks.md describes how.</summary>
[ApiController]
[Route("webhook")]
[Tags("Webhooks")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
public sealed class WebhooksController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the webhooks, oldest first.</summary>
    /// <param name="request">Page and filters.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet(Name = "Webhooks_list")]
    [ProducesResponseType<ListResponse<WebhookResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List([FromQuery] WebhooksListRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request, cancellationToken), Request));

    /// <summary>Creates a webhook. It begins at the end of the feed. Only this answer contains its secret.</summary>
    /// <param name="request">The description of the webhook.</param>
    /// <param name="idempotency">Not supported here: a secret is shown only once, so the answer cannot be repeated.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPost(Name = "Webhooks_createNewWebhook")]
    [ProducesResponseType<WebhookResponse>(StatusCodes.Status201Created)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> CreateNewWebhook(
        [FromBody, Required] WebhooksCreateNewWebhookRequest request,
        [FromHeader(Name = IdempotencyHeader.Name), Undocumented] string? idempotency,
        CancellationToken cancellationToken)
    {
        var webhook = await mediator.Send(request with { Idempotency = IdempotencyHeader.Parse(idempotency) }, cancellationToken);
        return new NewResource(webhook);
    }

    /// <summary>Deletes a webhook. Events that wait are not delivered any more.</summary>
    /// <param name="id">The webhook's id.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpDelete("{id:uuid}", Name = "Webhooks_deleteById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> DeleteById(
        Guid id, [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch, CancellationToken cancellationToken)
    {
        await mediator.Send(new WebhooksDeleteByIdRequest(id, EntityTags.Parse(ifMatch)), cancellationToken);
        return NoContent();
    }

    /// <summary>Gets a webhook.</summary>
    /// <param name="id">The webhook's id.</param>
    /// <param name="fields">The properties to show, separated by commas. Default: all. Other properties are not read.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}", Name = "Webhooks_getWebhookById")]
    [ProducesResponseType<WebhookResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetWebhookById(
        Guid id, [FromQuery(Name = "fields")] Fields<WebhookResponse>? fields, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new WebhooksGetWebhookByIdRequest(id, fields), cancellationToken));

    /// <summary>Changes a webhook. Absent properties stay as they are.</summary>
    /// <param name="id">The webhook's id.</param>
    /// <param name="request">The changes.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPatch("{id:uuid}", Name = "Webhooks_updateById")]
    [ProducesResponseType<WebhookResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> UpdateById(
        Guid id,
        [FromBody, Required] WebhooksUpdateByIdRequest request,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken) =>
        Ok(await mediator.Send(request with { Id = id, ExpectedVersions = EntityTags.Parse(ifMatch) }, cancellationToken));

    /// <summary>Replaces the secret of a webhook. For 24 hours, messages are signed by both secrets.</summary>
    /// <remarks>Only this answer contains the new secret.</remarks>
    /// <param name="id">The webhook's id.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPost("{id:uuid}/rotate", Name = "Webhooks_rotateById")]
    [ProducesResponseType<WebhookResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> RotateById(Guid id, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new WebhooksRotateByIdRequest(id), cancellationToken));

    /// <summary>Sends a message of the type webhook.ping at once, and answers what came of it.</summary>
    /// <remarks>It also works if the webhook is disabled or an event is blocked, and it changes nothing of that.</remarks>
    /// <param name="id">The webhook's id.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPost("{id:uuid}/ping", Name = "Webhooks_pingById")]
    [ProducesResponseType<WebhookPingResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> PingById(Guid id, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new WebhooksPingByIdRequest(id), cancellationToken));

    /// <summary>Lists the attempts to deliver events, newest first. They are kept for 30 days.</summary>
    /// <param name="id">The webhook's id.</param>
    /// <param name="request">Page and filters.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}/deliveries", Name = "Webhooks_listDeliveriesById")]
    [ProducesResponseType<ListResponse<WebhookDeliveryResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> ListDeliveriesById(
        Guid id, [FromQuery] WebhooksListDeliveriesByIdRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request with { Id = id }, cancellationToken), Request));

    /// <summary>Sends events again: one, a range of the feed, or all whose last attempt failed since a time.</summary>
    /// <remarks>Resends come before events that wait, in the order of the feed. At most 1000 may wait.</remarks>
    /// <param name="id">The webhook's id.</param>
    /// <param name="request">Selects the events.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPost("{id:uuid}/resend", Name = "Webhooks_resendById")]
    [ProducesResponseType<WebhookResendResponse>(StatusCodes.Status202Accepted)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    [ProducesResponseType<Problem>(StatusCodes.Status410Gone)]
    public async Task<IActionResult> ResendById(
        Guid id, [FromBody, Required] WebhooksResendByIdRequest request, CancellationToken cancellationToken) =>
        Accepted(await mediator.Send(request with { Id = id }, cancellationToken));

    /// <summary>Gives up the blocked event, so that the events after it are delivered. It can be resent later.</summary>
    /// <param name="id">The webhook's id.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPost("{id:uuid}/skip", Name = "Webhooks_skipById")]
    [ProducesResponseType<WebhookResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    [ProducesResponseType<Problem>(StatusCodes.Status409Conflict)]
    public async Task<IActionResult> SkipById(Guid id, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new WebhooksSkipByIdRequest(id), cancellationToken));
}

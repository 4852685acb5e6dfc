using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.NounName;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Responses;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>The entities-words of the workspace.</summary>
[ApiController]
[Route("entity-path")]
[Tags("NounName")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
public sealed class NounNameController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the entities-words, oldest first.</summary>
    /// <param name="request">Page and filters.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet(Name = "NounName_list")]
    [ProducesResponseType<ListResponse<EntityNameResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List([FromQuery] NounNameListRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request, cancellationToken), Request));

    /// <summary>Creates a-entity-words.</summary>
    /// <param name="request">The description of the entity-words.</param>
    /// <param name="idempotency">Not supported. Leave it out.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPost(Name = "NounName_createNewEntityName")]
    [ProducesResponseType<EntityNameResponse>(StatusCodes.Status201Created)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> CreateNewEntityName(
        [FromBody, Required] NounNameCreateNewEntityNameRequest request,
        [FromHeader(Name = IdempotencyHeader.Name), Undocumented] string? idempotency,
        CancellationToken cancellationToken)
    {
        var entityName = await mediator.Send(request with { Idempotency = IdempotencyHeader.Parse(idempotency) }, cancellationToken);
        return new NewResource(entityName);
    }

    /// <summary>Deletes a-entity-words.</summary>
    /// <param name="id">The id of the entity-words.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpDelete("{id:uuid}", Name = "NounName_deleteById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> DeleteById(
        Guid id, [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch, CancellationToken cancellationToken)
    {
        await mediator.Send(new NounNameDeleteByIdRequest(id, EntityTags.Parse(ifMatch)), cancellationToken);
        return NoContent();
    }

    /// <summary>Gets a-entity-words.</summary>
    /// <param name="id">The id of the entity-words.</param>
    /// <param name="fields">The properties to show, separated by commas. Default: all.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}", Name = "NounName_getEntityNameById")]
    [ProducesResponseType<EntityNameResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetEntityNameById(
        Guid id, [FromQuery(Name = "fields")] Fields<EntityNameResponse>? fields, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new NounNameGetEntityNameByIdRequest(id, fields), cancellationToken));

    /// <summary>Changes a-entity-words. Absent properties stay as they are.</summary>
    /// <param name="id">The id of the entity-words.</param>
    /// <param name="request">The changes.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPatch("{id:uuid}", Name = "NounName_updateById")]
    [ProducesResponseType<EntityNameResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> UpdateById(
        Guid id,
        [FromBody, Required] NounNameUpdateByIdRequest request,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken) =>
        Ok(await mediator.Send(request with { Id = id, ExpectedVersions = EntityTags.Parse(ifMatch) }, cancellationToken));
}

using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Responses;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>The API keys of the workspace.</summary>
[ApiController]
[Route("auth/key")]
[Tags("ApiKeys")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
[SuppressMessage("Style", "IDE0060", Justification = "CallerSetup reads the parameter force.")]
public sealed class ApiKeysController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the API keys, oldest first.</summary>
    /// <param name="request">Page and filters.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet(Name = "ApiKeys_list")]
    [ProducesResponseType<ListResponse<ApiKeyResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List([FromQuery] ApiKeysListRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request, cancellationToken), Request));

    /// <summary>Creates an API key. Only this answer contains its token.</summary>
    /// <param name="request">The description of the key.</param>
    /// <param name="idempotency">Not supported here: the token is not stored, so the answer cannot be repeated.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPost(Name = "ApiKeys_createNewKey")]
    [ProducesResponseType<ApiKeyResponse>(StatusCodes.Status201Created)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> CreateNewKey(
        [FromBody, Required] ApiKeysCreateNewKeyRequest request,
        [FromHeader(Name = IdempotencyHeader.Name), Undocumented] string? idempotency,
        CancellationToken cancellationToken)
    {
        var key = await mediator.Send(request with { Idempotency = IdempotencyHeader.Parse(idempotency) }, cancellationToken);
        return new NewResource(key);
    }

    /// <summary>Deletes an API key. The service refuses its token within five seconds.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="force">
    /// True also deletes the last key of an admin. Without it the answer is 409 and nothing is changed.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpDelete("{id:uuid}", Name = "ApiKeys_deleteById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    [ProducesResponseType<Problem>(StatusCodes.Status409Conflict)]
    public async Task<IActionResult> DeleteById(
        Guid id,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        [FromQuery(Name = "force")] bool force,
        CancellationToken cancellationToken)
    {
        await mediator.Send(new ApiKeysDeleteByIdRequest(id, EntityTags.Parse(ifMatch)), cancellationToken);
        return NoContent();
    }

    /// <summary>Gets an API key.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="fields">The properties to show, separated by commas. Default: all. Other properties are not read.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}", Name = "ApiKeys_getApiKeyById")]
    [ProducesResponseType<ApiKeyResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetApiKeyById(
        Guid id, [FromQuery(Name = "fields")] Fields<ApiKeyResponse>? fields, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new ApiKeysGetApiKeyByIdRequest(id, fields), cancellationToken));

    /// <summary>Changes an API key. Absent properties stay as they are.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="request">The changes.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="force">
    /// True also lets the last key of an admin expire or lose its role. Without it the answer is 409 and nothing is changed.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPatch("{id:uuid}", Name = "ApiKeys_updateById")]
    [ProducesResponseType<ApiKeyResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    [ProducesResponseType<Problem>(StatusCodes.Status409Conflict)]
    public async Task<IActionResult> UpdateById(
        Guid id,
        [FromBody, Required] ApiKeysUpdateByIdRequest request,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        [FromQuery(Name = "force")] bool force,
        CancellationToken cancellationToken) =>
        Ok(await mediator.Send(request with { Id = id, ExpectedVersions = EntityTags.Parse(ifMatch) }, cancellationToken));
}

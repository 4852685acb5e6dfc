using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Application.Lists;
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
public sealed class ApiKeysController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the API keys, oldest first.</summary>
    /// <param name="request">Which page, of which of them.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet(Name = "ApiKeys_list")]
    [KnownParametersOnly]
    [ProducesResponseType<ListResponse<ApiKeyResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List([FromQuery] ApiKeysListRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request, cancellationToken), Request));

    /// <summary>Creates an API key. The answer alone has its token.</summary>
    /// <param name="request">Describes the key.</param>
    /// <param name="idempotency">Must be left out: the answer has the token, which is kept nowhere, so it cannot be given again.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpPost(Name = "ApiKeys_createNewKey")]
    [ProducesResponseType<ApiKeyResponse>(StatusCodes.Status201Created)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> CreateNewKey(
        [FromBody, Required] ApiKeysCreateNewKeyRequest request,
        [FromHeader(Name = IdempotencyHeader.Name)] string? idempotency,
        CancellationToken cancellationToken)
    {
        var key = await mediator.Send(request with { Idempotency = IdempotencyHeader.Parse(idempotency) }, cancellationToken);
        return new NewResource(key);
    }

    /// <summary>Deletes an API key: whoever holds it is refused within five seconds.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="ifMatch">Entity tags, one of which the resource must still have; otherwise 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpDelete("{id:uuid}", Name = "ApiKeys_deleteById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> DeleteById(
        Guid id, [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch, CancellationToken cancellationToken)
    {
        await mediator.Send(new ApiKeysDeleteByIdRequest(id, EntityTags.Parse(ifMatch)), cancellationToken);
        return NoContent();
    }

    /// <summary>Gets an API key.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="fields">The properties to show, with commas between their names; all of them if not given. What is left out is not read.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet("{id:uuid}", Name = "ApiKeys_getApiKeyById")]
    [ProducesResponseType<ApiKeyResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetApiKeyById(
        Guid id, [FromQuery(Name = "fields")] Fields<ApiKeyResponse>? fields, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new ApiKeysGetApiKeyByIdRequest(id, fields), cancellationToken));

    /// <summary>Changes an API key: what is absent stays as it is.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="request">The changes.</param>
    /// <param name="ifMatch">Entity tags, one of which the resource must still have; otherwise 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpPatch("{id:uuid}", Name = "ApiKeys_updateById")]
    [ProducesResponseType<ApiKeyResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> UpdateById(
        Guid id,
        [FromBody, Required] ApiKeysUpdateByIdRequest request,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken) =>
        Ok(await mediator.Send(request with { Id = id, ExpectedVersions = EntityTags.Parse(ifMatch) }, cancellationToken));
}

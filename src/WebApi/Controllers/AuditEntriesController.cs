using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Common;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Responses;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>What was changed in the workspace, by whom and when.</summary>
[ApiController]
[Route("auth/audit")]
[Tags("AuditEntries")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
public sealed class AuditEntriesController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists what was changed, newest first.</summary>
    /// <param name="cursor">Where the page begins, as the links of another page say; the newest if not given.</param>
    /// <param name="pageSize">The most entries of a page.</param>
    /// <param name="resource">The id of a user, a group or an API key: only the entries of it. A membership stands in the entry of the side that was written.</param>
    /// <param name="actor">Only what this one changed, as entries name it.</param>
    /// <param name="createdAfter">Only what was changed at this time or later (RFC 3339). To follow what is new, ask from a few seconds before the newest entry that was seen.</param>
    /// <param name="createdBefore">Only what was changed earlier than this time (RFC 3339).</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet(Name = "AuditEntries_list")]
    [KnownParametersOnly]
    [ProducesResponseType<ListResponse<AuditEntryResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List(
        [FromQuery(Name = "cursor")] Cursor? cursor = null,
        [FromQuery(Name = "page_size"), Range(1, 200)] int pageSize = 50,
        [FromQuery(Name = "resource")] Guid? resource = null,
        [FromQuery(Name = "actor")] string? actor = null,
        [FromQuery(Name = "created_after")] DateTimeOffset? createdAfter = null,
        [FromQuery(Name = "created_before")] DateTimeOffset? createdBefore = null,
        CancellationToken cancellationToken = default) =>
        Ok(ListResponse.From(
            await mediator.Send(new AuditEntriesListRequest(cursor, pageSize, resource, actor, createdAfter, createdBefore), cancellationToken), Request));
}

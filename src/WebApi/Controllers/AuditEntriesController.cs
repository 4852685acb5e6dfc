using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Responses;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>The audit: all changes with their time and caller.</summary>
[ApiController]
[Route("auth/audit")]
[Tags("AuditEntries")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
public sealed class AuditEntriesController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the changes, newest first.</summary>
    /// <param name="request">Page and filters.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet(Name = "AuditEntries_list")]
    [ProducesResponseType<ListResponse<AuditEntryResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List([FromQuery] AuditEntriesListRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request, cancellationToken), Request));
}

using CleanWorkspace.Application.Callers;
using CleanWorkspace.WebApi.Authentication;
using CleanWorkspace.WebApi.Errors;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>The caller itself.</summary>
[ApiController]
[Route("auth/me")]
[Tags("Callers")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
public sealed class CallersController(IMediator mediator) : ControllerBase
{
    /// <summary>Says who the caller is and which operations it may call.</summary>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet(Name = "Callers_getCaller")]
    [ProducesResponseType<CallerResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetCaller(CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new CallersGetCallerRequest(AccessTable.OperationsOf(HttpContext)), cancellationToken));
}

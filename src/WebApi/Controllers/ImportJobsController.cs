using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.WebApi.Errors;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>The import jobs of the workspace: imports and deletions by list that run without their clients.</summary>
[ApiController]
[Route("import")]
[Tags("ImportJobs")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
public sealed class ImportJobsController(IMediator mediator) : ControllerBase
{
    /// <summary>Cancels an import job that has not ended. Deletes a job that has ended.</summary>
    /// <remarks>
    /// A cancelled job changes nothing, also if it was running. It stays for 7 days in the state cancelled; a second call deletes it. The
    /// deletion of a job does not undo its import.
    /// </remarks>
    /// <param name="id">The job's id.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpDelete("{id:uuid}", Name = "ImportJobs_deleteById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> DeleteById(Guid id, CancellationToken cancellationToken)
    {
        await mediator.Send(new ImportJobsDeleteByIdRequest(id), cancellationToken);
        return NoContent();
    }

    /// <summary>Gets the state of an import job and, after its end, its result and its report.</summary>
    /// <remarks>A job is kept for 7 days after its end. Every admin sees all jobs.</remarks>
    /// <param name="id">The job's id.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}", Name = "ImportJobs_getImportJobById")]
    [ProducesResponseType<ImportJobResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetImportJobById(Guid id, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new ImportJobsGetImportJobByIdRequest(id), cancellationToken));
}

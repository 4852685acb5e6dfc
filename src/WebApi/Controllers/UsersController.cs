using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Responses;
using CleanWorkspace.WebApi.Transfers;
using MediatR;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>The users of the workspace.</summary>
[ApiController]
[Route("user")]
[Tags("Users")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
public sealed class UsersController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the users.</summary>
    /// <param name="request">Which page, of which of them.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet(Name = "Users_list")]
    [KnownParametersOnly]
    [ProducesResponseType<ListResponse<UserResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List([FromQuery] UsersListRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request, cancellationToken), Request));

    /// <summary>Creates a user.</summary>
    /// <param name="request">Describes the user.</param>
    /// <param name="idempotency">
    /// A name for this one request, best a random UUID. Sent again under it within 24 hours, the same request is answered as at first.
    /// </param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpPost(Name = "Users_createNewUser")]
    [ProducesResponseType<UserResponse>(StatusCodes.Status201Created)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> CreateNewUser(
        [FromBody, Required] UsersCreateNewUserRequest request,
        [FromHeader(Name = IdempotencyHeader.Name)] string? idempotency,
        CancellationToken cancellationToken)
    {
        var user = await mediator.Send(request with { Idempotency = IdempotencyHeader.Parse(idempotency) }, cancellationToken);
        return new NewResource(user);
    }

    /// <summary>Deletes a user and ends its memberships.</summary>
    /// <param name="id">The user's id.</param>
    /// <param name="ifMatch">Entity tags, one of which the resource must still have; otherwise 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpDelete("{id:uuid}", Name = "Users_deleteById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> DeleteById(
        Guid id, [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch, CancellationToken cancellationToken)
    {
        await mediator.Send(new UsersDeleteByIdRequest(id, EntityTags.Parse(ifMatch)), cancellationToken);
        return NoContent();
    }

    /// <summary>Gets a user.</summary>
    /// <param name="id">The user's id.</param>
    /// <param name="fields">The properties to show, with commas between their names; all of them if not given. What is left out is not read.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet("{id:uuid}", Name = "Users_getUserById")]
    [ProducesResponseType<UserResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetUserById(
        Guid id, [FromQuery(Name = "fields")] Fields<UserResponse>? fields, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new UsersGetUserByIdRequest(id, fields), cancellationToken));

    /// <summary>Changes a user: what is absent stays as it is.</summary>
    /// <param name="id">The user's id.</param>
    /// <param name="request">The changes.</param>
    /// <param name="ifMatch">Entity tags, one of which the resource must still have; otherwise 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpPatch("{id:uuid}", Name = "Users_updateById")]
    [ProducesResponseType<UserResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> UpdateById(
        Guid id,
        [FromBody, Required] UsersUpdateByIdRequest request,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken) =>
        Ok(await mediator.Send(request with { Id = id, ExpectedVersions = EntityTags.Parse(ifMatch) }, cancellationToken));

    /// <summary>Creates and changes users, and user groups, as the rows of a file say: all of them, or nothing where a row is refused.</summary>
    /// <remarks>
    /// The answer has a line of JSON for each fault of a refused row, and the summary in the last line. Where rows were refused and so
    /// nothing was changed its status is 400. docs/import-export.md describes the files.
    /// </remarks>
    /// <param name="rows">The file: CSV with a header row, or a user or group in JSON on each line. There is no limit to its size.</param>
    /// <param name="partial">Whether the good rows are applied where others are refused.</param>
    /// <param name="dryRun">Whether it is only said what would happen.</param>
    /// <param name="createGroups">Whether groups that are not there are created; otherwise rows that name them are refused.</param>
    /// <param name="cancellationToken">Ends when the client goes away: nothing is changed then.</param>
    [HttpPost("import", Name = "Users_import")]
    [KnownParametersOnly]
    [DisableRequestSizeLimit]
    [DisableRequestTimeout]
    [ProducesResponseType(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status409Conflict)]
    public async Task<IActionResult> Import(
        [FromBody, Required] IAsyncEnumerable<ImportRow> rows,
        [FromQuery(Name = "partial")] bool partial,
        [FromQuery(Name = "dry_run")] bool dryRun,
        [FromQuery(Name = "create_groups")] bool createGroups,
        CancellationToken cancellationToken)
    {
        using var report = new NdjsonReport(Response);
        await mediator.Send(
            new UsersImportRequest(report.Accept(rows, CancellationToken.None), new ImportOptions(partial, dryRun, createGroups), report), cancellationToken);
        return new EmptyResult();
    }

    /// <summary>Exports every user, and in NDJSON every group, as they are at one moment: what an import takes.</summary>
    /// <remarks>
    /// The answer is a file of any size, which is sent as it is read from the database. Where that fails in the middle, the connection is
    /// broken off. docs/import-export.md describes the files.
    /// </remarks>
    /// <param name="format">The format; the one that the Accept header prefers if not given, and csv if it says nothing of either.</param>
    /// <param name="excelSafe">Whether an apostrophe is put before cells that spreadsheets would take for formulas; it is then part of the text. CSV only.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet("export", Name = "Users_export")]
    [KnownParametersOnly]
    [Produces(MediaTypes.Csv, MediaTypes.Ndjson)]
    [ProducesResponseType<string>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public IActionResult Export(
        [FromQuery(Name = "format")] FileFormat? format,
        [FromQuery(Name = "excel_safe")] bool excelSafe,
        CancellationToken cancellationToken) =>
        new ExportResult(format, excelSafe, writer => mediator.Send(new UsersExportRequest(writer), cancellationToken));

    /// <summary>Lists the groups that a user is in.</summary>
    /// <param name="id">The user's id.</param>
    /// <param name="request">Which page, of which of them.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet("{id:uuid}/groups", Name = "Users_listGroupsById")]
    [KnownParametersOnly]
    [ProducesResponseType<ListResponse<UserGroupResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> ListGroupsById(
        Guid id, [FromQuery] UsersListGroupsByIdRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request with { Id = id }, cancellationToken), Request));
}

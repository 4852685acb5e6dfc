using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.ImportJobs;
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
    /// <param name="request">Page and filters.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet(Name = "Users_list")]
    [ProducesResponseType<ListResponse<UserResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List([FromQuery] UsersListRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request, cancellationToken), Request));

    /// <summary>Creates a user.</summary>
    /// <param name="request">The description of the user.</param>
    /// <param name="idempotency">
    /// A name for this request, for example a random UUID. Within 24 hours a repetition gets the first answer and changes nothing.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
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

    /// <summary>Deletes a user and its memberships.</summary>
    /// <param name="id">The user's id.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
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
    /// <param name="fields">The properties to show, separated by commas. Default: all. Other properties are not read.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}", Name = "Users_getUserById")]
    [ProducesResponseType<UserResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetUserById(
        Guid id, [FromQuery(Name = "fields")] Fields<UserResponse>? fields, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new UsersGetUserByIdRequest(id, fields), cancellationToken));

    /// <summary>Changes a user. Absent properties stay as they are.</summary>
    /// <param name="id">The user's id.</param>
    /// <param name="request">The changes.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
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

    /// <summary>Imports users and user groups from a file. If a row is refused, nothing is changed.</summary>
    /// <remarks>
    /// The answer is NDJSON: a line for each fault of a refused row, and a summary in the last line. The status is 422 if rows were
    /// refused and nothing was changed. docs/import-export.md describes the files.
    /// </remarks>
    /// <param name="file">The file: CSV with a header row, or NDJSON with a user or group on each line. Its size is not limited.</param>
    /// <param name="partial">True applies the good rows even if other rows are refused.</param>
    /// <param name="dryRun">True reports the result but changes nothing.</param>
    /// <param name="createGroups">True creates missing groups. Otherwise rows that name them are refused.</param>
    /// <param name="userGroups">
    /// Whether the groups of a row replace the groups of the user (replace, the default), or are added to them (add).
    /// </param>
    /// <param name="mergeRows">True unites several rows of one user: their groups add up, and all other values must agree.</param>
    /// <param name="columns">
    /// The properties of columns with other names, such as <c>Work Email=email;Job Title=;*=</c>. Without a property the column is
    /// ignored; <c>*</c> stands for all other columns. Write <c>\;</c> for a semicolon in a name. CSV only.
    /// </param>
    /// <param name="ignoreOtherColumns">True ignores unknown columns. Otherwise the file is refused. CSV only.</param>
    /// <param name="idempotency">
    /// A name for this import, for example a random UUID. Within 24 hours a repetition gets the first summary and changes nothing.
    /// </param>
    /// <param name="isAsync">
    /// True stores the file as a job and answers 202 with its Location. The job goes on without the client. Read its state there.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection. Nothing is changed then.</param>
    [HttpPost("import", Name = "Users_import")]
    [DisableRequestSizeLimit]
    [DisableRequestTimeout]
    [ProducesResponseType(StatusCodes.Status200OK)]
    [ProducesResponseType<ImportJobResponse>(StatusCodes.Status202Accepted)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status409Conflict)]
    [ProducesResponseType<Problem>(StatusCodes.Status422UnprocessableEntity)]
    public Task<IActionResult> Import(
        [FromBody, Required] ImportFile file,
        [FromQuery(Name = "partial")] bool partial,
        [FromQuery(Name = "dry_run")] bool dryRun,
        [FromQuery(Name = "create_groups")] bool createGroups,
        [FromQuery(Name = "user_groups")] MembershipParameter? userGroups,
        [FromQuery(Name = "merge_rows")] bool mergeRows,
        [FromQuery(Name = "columns")] string? columns,
        [FromQuery(Name = "ignore_other_columns")] bool ignoreOtherColumns,
        [FromHeader(Name = IdempotencyHeader.Name)] string? idempotency,
        [FromQuery(Name = "async")] bool isAsync,
        CancellationToken cancellationToken) =>
        new ImportCall(HttpContext, file, columns, ignoreOtherColumns, idempotency, isAsync).RunAsync(
            new ImportOptions(partial, dryRun, createGroups)
            {
                Memberships = MembershipParameter.ModeOf(userGroups),
                MergesRows = mergeRows,
            },
            (rows, options, report) => mediator.Send(new UsersImportRequest(rows, options, report), cancellationToken));

    /// <summary>Deletes the users that a file names. If a row is refused, nothing is changed.</summary>
    /// <remarks>
    /// A row names a user by address or id; its other values are ignored. A row that names nobody is refused. The answer is the report of
    /// an import.
    /// </remarks>
    /// <param name="file">The file, as for an import: CSV with the column email, or NDJSON with an email or an id on each line.</param>
    /// <param name="partial">True deletes the named users even if other rows are refused.</param>
    /// <param name="dryRun">True reports the result but changes nothing.</param>
    /// <param name="columns">As for an import.</param>
    /// <param name="ignoreOtherColumns">As for an import.</param>
    /// <param name="idempotency">
    /// A name for this request, for example a random UUID. Within 24 hours a repetition gets the first summary and changes nothing.
    /// </param>
    /// <param name="isAsync">
    /// True stores the file as a job and answers 202 with its Location. The job goes on without the client. Read its state there.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection. Nothing is changed then.</param>
    [HttpPost("delete", Name = "Users_deleteByList")]
    [DisableRequestSizeLimit]
    [DisableRequestTimeout]
    [ProducesResponseType(StatusCodes.Status200OK)]
    [ProducesResponseType<ImportJobResponse>(StatusCodes.Status202Accepted)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status409Conflict)]
    [ProducesResponseType<Problem>(StatusCodes.Status422UnprocessableEntity)]
    public Task<IActionResult> DeleteByList(
        [FromBody, Required] ImportFile file,
        [FromQuery(Name = "partial")] bool partial,
        [FromQuery(Name = "dry_run")] bool dryRun,
        [FromQuery(Name = "columns")] string? columns,
        [FromQuery(Name = "ignore_other_columns")] bool ignoreOtherColumns,
        [FromHeader(Name = IdempotencyHeader.Name)] string? idempotency,
        [FromQuery(Name = "async")] bool isAsync,
        CancellationToken cancellationToken) =>
        new ImportCall(HttpContext, file, columns, ignoreOtherColumns, idempotency, isAsync).RunAsync(
            new ImportOptions(partial, dryRun, false),
            (rows, options, report) => mediator.Send(new UsersDeleteByListRequest(rows, options, report), cancellationToken));

    /// <summary>Exports all users, and in NDJSON all groups, from one snapshot. An import accepts the file.</summary>
    /// <remarks>
    /// The file is sent while it is read from the database. If that fails in the middle, the service closes the connection, so that a
    /// part is not taken for the whole. docs/import-export.md describes the files.
    /// </remarks>
    /// <param name="format">The format. Default: the format that the Accept header prefers, else csv.</param>
    /// <param name="excelSafe">
    /// True puts an apostrophe before cells that a spreadsheet would run as formulas. An import reads it as part of the text. CSV only.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("export", Name = "Users_export")]
    [Produces(MediaTypes.Csv, MediaTypes.Ndjson)]
    [ProducesResponseType<string>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public IActionResult Export(
        [FromQuery(Name = "format")] FileFormat? format,
        [FromQuery(Name = "excel_safe")] bool excelSafe,
        CancellationToken cancellationToken) =>
        new ExportResult(format, excelSafe, writer => mediator.Send(new UsersExportRequest(writer), cancellationToken));

    /// <summary>Lists the groups of a user.</summary>
    /// <param name="id">The user's id.</param>
    /// <param name="request">Page and filters.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}/groups", Name = "Users_listGroupsById")]
    [ProducesResponseType<ListResponse<UserGroupResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> ListGroupsById(
        Guid id, [FromQuery] UsersListGroupsByIdRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request with { Id = id }, cancellationToken), Request));

    /// <summary>Deletes a user and erases its values.</summary>
    /// <remarks>
    /// The values disappear from the audit, the events and all stored answers. The facts stay: the id, what was done, when and by whom.
    /// The user may have been deleted or erased before. docs/privacy.md says what stays and what followers of the feed see.
    /// </remarks>
    /// <param name="id">The user's id.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPost("{id:uuid}/erase", Name = "Users_eraseUserById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> EraseUserById(Guid id, CancellationToken cancellationToken)
    {
        await mediator.Send(new UsersEraseUserByIdRequest(id), cancellationToken);
        return NoContent();
    }

    /// <summary>Gets everything that is stored about a user, also about a deleted one.</summary>
    /// <param name="id">The user's id.</param>
    /// <param name="actor">
    /// Adds the changes by this caller, written as in the audit, such as <c>subject:ada</c>. The service does not know which tokens and
    /// keys belong to a user.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}/data", Name = "Users_getDataById")]
    [ProducesResponseType<UserDataResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetDataById(
        Guid id, [FromQuery(Name = "actor")] string? actor, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new UsersGetDataByIdRequest(id, actor), cancellationToken));
}

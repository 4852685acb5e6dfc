using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Responses;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>The user groups of the workspace.</summary>
[ApiController]
[Route("auth/group")]
[Tags("UserGroups")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
public sealed class UserGroupsController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the user groups.</summary>
    /// <param name="request">Which page, of which of them.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet(Name = "UserGroups_list")]
    [KnownParametersOnly]
    [ProducesResponseType<ListResponse<UserGroupResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List([FromQuery] UserGroupsListRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request, cancellationToken), Request));

    /// <summary>Creates a user group.</summary>
    /// <param name="request">Describes the group.</param>
    /// <param name="idempotency">
    /// A name for this one request, best a random UUID. Sent again under it within 24 hours, the same request is answered as at first.
    /// </param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpPost(Name = "UserGroups_createNewGroup")]
    [ProducesResponseType<UserGroupResponse>(StatusCodes.Status201Created)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> CreateNewGroup(
        [FromBody, Required] UserGroupsCreateNewGroupRequest request,
        [FromHeader(Name = IdempotencyHeader.Name)] string? idempotency,
        CancellationToken cancellationToken)
    {
        var group = await mediator.Send(request with { Idempotency = IdempotencyHeader.Parse(idempotency) }, cancellationToken);
        return new NewResource(group);
    }

    /// <summary>Deletes a user group and ends its memberships; the users stay.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="ifMatch">Entity tags, one of which the resource must still have; otherwise 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpDelete("{id:uuid}", Name = "UserGroups_deleteById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> DeleteById(
        Guid id, [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch, CancellationToken cancellationToken)
    {
        await mediator.Send(new UserGroupsDeleteByIdRequest(id, EntityTags.Parse(ifMatch)), cancellationToken);
        return NoContent();
    }

    /// <summary>Gets a user group.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="fields">The properties to show, with commas between their names; all of them if not given. What is left out is not read.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet("{id:uuid}", Name = "UserGroups_getUserGroupById")]
    [ProducesResponseType<UserGroupResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetUserGroupById(
        Guid id, [FromQuery(Name = "fields")] Fields<UserGroupResponse>? fields, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new UserGroupsGetUserGroupByIdRequest(id, fields), cancellationToken));

    /// <summary>Changes a user group: what is absent stays as it is.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="request">The changes.</param>
    /// <param name="ifMatch">Entity tags, one of which the resource must still have; otherwise 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpPatch("{id:uuid}", Name = "UserGroups_updateById")]
    [ProducesResponseType<UserGroupResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> UpdateById(
        Guid id,
        [FromBody, Required] UserGroupsUpdateByIdRequest request,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken) =>
        Ok(await mediator.Send(request with { Id = id, ExpectedVersions = EntityTags.Parse(ifMatch) }, cancellationToken));

    /// <summary>Lists the users who are in a group.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="request">Which page, of which of them.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpGet("{id:uuid}/users", Name = "UserGroups_listUsersById")]
    [KnownParametersOnly]
    [ProducesResponseType<ListResponse<UserResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> ListUsersById(
        Guid id, [FromQuery] UserGroupsListUsersByIdRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request with { Id = id }, cancellationToken), Request));

    /// <summary>Makes a user a member of a user group; who is one already stays one.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="userId">The user's id.</param>
    /// <param name="ifMatch">Entity tags, one of which the group must still have; otherwise 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpPut("{id:uuid}/users/{user_id:uuid}", Name = "UserGroups_addUserById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> AddUserById(
        Guid id,
        [FromRoute(Name = "user_id")] Guid userId,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken)
    {
        await mediator.Send(new UserGroupsAddUserByIdRequest(id, userId, EntityTags.Parse(ifMatch)), cancellationToken);
        return NoContent();
    }

    /// <summary>Ends a user's membership of a user group; who is no member stays none.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="userId">The user's id.</param>
    /// <param name="ifMatch">Entity tags, one of which the group must still have; otherwise 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpDelete("{id:uuid}/users/{user_id:uuid}", Name = "UserGroups_removeUserById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> RemoveUserById(
        Guid id,
        [FromRoute(Name = "user_id")] Guid userId,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken)
    {
        await mediator.Send(new UserGroupsRemoveUserByIdRequest(id, userId, EntityTags.Parse(ifMatch)), cancellationToken);
        return NoContent();
    }

    /// <summary>Adds users to a user group and removes users from it, all at once; who is not named stays what it is.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="request">Whom to add and whom to remove.</param>
    /// <param name="ifMatch">Entity tags, one of which the group must still have; otherwise 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Ends when the client goes away.</param>
    [HttpPatch("{id:uuid}/users", Name = "UserGroups_updateUsersById")]
    [ProducesResponseType<MembershipChangesResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> UpdateUsersById(
        Guid id,
        [FromBody, Required] UserGroupsUpdateUsersByIdRequest request,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken) =>
        Ok(await mediator.Send(request with { Id = id, ExpectedVersions = EntityTags.Parse(ifMatch) }, cancellationToken));
}

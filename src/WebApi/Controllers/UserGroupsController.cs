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
    /// <param name="request">Page and filters.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet(Name = "UserGroups_list")]
    [ProducesResponseType<ListResponse<UserGroupResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    public async Task<IActionResult> List([FromQuery] UserGroupsListRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request, cancellationToken), Request));

    /// <summary>Creates a user group.</summary>
    /// <param name="request">The description of the group.</param>
    /// <param name="idempotency">
    /// A name for this request, for example a random UUID. Within 24 hours a repetition gets the first answer and changes nothing.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
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

    /// <summary>Deletes a user group and its memberships. The users stay.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
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
    /// <param name="fields">The properties to show, separated by commas. Default: all. Other properties are not read.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}", Name = "UserGroups_getUserGroupById")]
    [ProducesResponseType<UserGroupResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> GetUserGroupById(
        Guid id, [FromQuery(Name = "fields")] Fields<UserGroupResponse>? fields, CancellationToken cancellationToken) =>
        Ok(await mediator.Send(new UserGroupsGetUserGroupByIdRequest(id, fields), cancellationToken));

    /// <summary>Changes a user group. Absent properties stay as they are.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="request">The changes.</param>
    /// <param name="ifMatch">The accepted entity tags. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
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

    /// <summary>Lists the members of a user group.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="request">Page and filters.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpGet("{id:uuid}/users", Name = "UserGroups_listUsersById")]
    [ProducesResponseType<ListResponse<UserResponse>>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> ListUsersById(
        Guid id, [FromQuery] UserGroupsListUsersByIdRequest request, CancellationToken cancellationToken) =>
        Ok(ListResponse.From(await mediator.Send(request with { Id = id }, cancellationToken), Request));

    /// <summary>Makes a user a member of a user group. Repeating the request changes nothing.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="userId">The user's id.</param>
    /// <param name="ifMatch">The accepted entity tags of the group. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpPut("{id:uuid}/users/{user_id:uuid}", Name = "UserGroups_addUserById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> AddUserById(
        Guid id,
        [FromRoute(Name = "user_id")] Guid userId,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken) =>
        new ChangedResource(await mediator.Send(
            new UserGroupsAddUserByIdRequest(id, userId, EntityTags.Parse(ifMatch)), cancellationToken));

    /// <summary>Ends the membership of a user in a user group. Repeating the request changes nothing.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="userId">The user's id.</param>
    /// <param name="ifMatch">The accepted entity tags of the group. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
    [HttpDelete("{id:uuid}/users/{user_id:uuid}", Name = "UserGroups_removeUserById")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<Problem>(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> RemoveUserById(
        Guid id,
        [FromRoute(Name = "user_id")] Guid userId,
        [FromHeader(Name = EntityTags.IfMatch)] string? ifMatch,
        CancellationToken cancellationToken) =>
        new ChangedResource(await mediator.Send(
            new UserGroupsRemoveUserByIdRequest(id, userId, EntityTags.Parse(ifMatch)), cancellationToken));

    /// <summary>Adds members to a user group and removes members from it in one step. Other members stay.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="request">The users to add and the users to remove.</param>
    /// <param name="ifMatch">The accepted entity tags of the group. With another tag the answer is 412 and nothing is changed.</param>
    /// <param name="cancellationToken">Cancelled when the client closes the connection.</param>
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

using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.Events;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Events;
using MediatR;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Controllers;

/// <summary>The feed of events: every change of users, groups, memberships, API keys and webhooks, once and in order.</summary>
[ApiController]
[Route("events")]
[Tags("Events")]
[ProducesResponseType<Problem>(StatusCodes.Status500InternalServerError)]
public sealed class EventsController(IMediator mediator) : ControllerBase
{
    /// <summary>Reads the next events, and waits for them if there are none.</summary>
    /// <remarks>
    /// Continue with <c>next</c> as <c>after</c>. <c>Accept: application/cloudevents-batch+json</c> gets CloudEvents 1.0, with the next
    /// page in the header Link. <c>Accept: text/event-stream</c> gets a stream that lasts ten minutes; the header Last-Event-ID resumes it.
    /// docs/events.md describes what the feed promises.
    /// </remarks>
    /// <param name="after">
    /// The token <c>next</c> of an earlier answer or of an export. The word <c>now</c> begins at the end. By default the oldest kept event
    /// is the first.
    /// </param>
    /// <param name="types">Selects types of events. Default: all that the credential may see.</param>
    /// <param name="resource">Selects the events of this user, group, API key, webhook or import.</param>
    /// <param name="limit">
    /// The number of events after which the answer ends. It ends with a whole write, so it can have more events. Default: 100.
    /// </param>
    /// <param name="wait">The number of seconds to wait for an event if there is none. Default: 0.</param>
    /// <param name="lastEventId">The last id of an interrupted stream. It takes the place of <c>after</c>.</param>
    [HttpGet(Name = "Events_list")]
    [DisableRequestTimeout]
    [ProducesResponseType<EventListResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<Problem>(StatusCodes.Status400BadRequest)]
    [ProducesResponseType<Problem>(StatusCodes.Status410Gone)]
    public IActionResult List(
        [FromQuery(Name = "after")] EventToken? after,
        [FromQuery(Name = "types")] EventTypes? types,
        [FromQuery(Name = "resource")] Guid? resource,
        [FromHeader(Name = EventStream.LastEventId)] string? lastEventId,
        [FromQuery(Name = "limit"), Range(1, 1000)] int limit = 100,
        [FromQuery(Name = "wait"), Range(0, 30)] int wait = 0) =>
        new EventResult(
            new EventsListRequest(
                EventStream.TokenOf(lastEventId, after), new EventFilter(EventAccess.TypesOf(HttpContext, types), resource), limit, wait),
            mediator);
}

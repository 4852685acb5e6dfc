using MediatR;

namespace CleanWorkspace.Application.Events;

/// <summary>Reads the next events of the feed, and waits for them if there are none.</summary>
/// <param name="After">Where to begin; null for the oldest kept event.</param>
/// <param name="Filter">Selects events.</param>
/// <param name="Limit">The number of events after which the page ends. It ends with a whole write, so it can have more events.</param>
/// <param name="Wait">The number of seconds to wait for an event if there is none.</param>
public sealed record EventsListRequest(EventToken? After, EventFilter Filter, int Limit, int Wait) : IRequest<EventPage>;

internal sealed class ListEventsHandler(IEventFeed feed, TimeProvider clock) : IRequestHandler<EventsListRequest, EventPage>
{
    public async Task<EventPage> Handle(EventsListRequest request, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var after = request.After;
        while (true)
        {
            // A failover during the wait begins a new epoch, which may not have the token.
            var begin = await feed.BeginAsync(after, cancellationToken);
            var page = await feed.ReadAsync(begin, request.Filter, request.Limit, cancellationToken);
            var left = TimeSpan.FromSeconds(request.Wait) - clock.GetElapsedTime(start);
            if (page.Start.Count > 0 || left <= TimeSpan.Zero || !await feed.WaitAsync(page.Next, left, cancellationToken))
            {
                return page;
            }

            after = page.Next;
        }
    }
}

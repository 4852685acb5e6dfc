using System.Runtime.CompilerServices;

namespace CleanWorkspace.Application.Events;

/// <summary>Reads the feed: the events of all committed writes, in an order that agrees with every resource's versions.</summary>
public interface IEventFeed
{
    /// <summary>
    /// Returns where to begin: after the token, at the oldest kept event for null, or at the end for <see cref="EventToken.Now"/>.
    /// </summary>
    /// <exception cref="Failure">The feed cannot be continued from this token.</exception>
    Task<EventToken> BeginAsync(EventToken? after, CancellationToken cancellationToken);

    /// <summary>Reads the next events. If there are none yet, the page is empty. Its token may still be a later one.</summary>
    /// <param name="after">A token that <see cref="BeginAsync"/> returned. If the epoch has changed since, the page is empty.</param>
    /// <param name="filter">The events to read.</param>
    /// <param name="limit">The number of entries after which the page ends. It ends with a whole write, so it can have more.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<EventPage> ReadAsync(EventToken after, EventFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>Waits until there may be events after the token, or the epoch has changed.</summary>
    /// <returns>False if the time has passed or the service is stopping.</returns>
    Task<bool> WaitAsync(EventToken after, TimeSpan time, CancellationToken cancellationToken);
}

/// <summary>Selects events.</summary>
/// <param name="Types">The types.</param>
/// <param name="Resource">The id of the resource, or null for all.</param>
public sealed record EventFilter(EventTypes Types, Guid? Resource)
{
    /// <summary>Selects all events.</summary>
    public static EventFilter All { get; } = new(EventTypes.All, null);

    /// <summary>Tells whether the filter selects an event.</summary>
    public bool Selects(EventResponse change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Types.Names.Contains(change.Type) && (Resource is null || Resource == change.ResourceId);
    }
}

/// <summary>Events that follow each other. A long page holds a connection to the database until it is disposed.</summary>
/// <param name="Start">The first events; empty only if the page is empty.</param>
/// <param name="Next">The token after the page.</param>
public sealed record EventPage(IReadOnlyList<EventResponse> Start, EventToken Next) : IAsyncDisposable
{
    /// <summary>The other events of a long page. They are read from the database while they are enumerated, once.</summary>
    public IAsyncEnumerable<EventResponse> Rest { get; init; } = AsyncEnumerable.Empty<EventResponse>();

    /// <summary>What <see cref="Rest"/> is read from.</summary>
    public IAsyncDisposable? Source { get; init; }

    /// <summary>Returns all events of the page.</summary>
    public async IAsyncEnumerable<EventResponse> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var change in Start)
        {
            yield return change;
        }

        await foreach (var change in Rest.WithCancellation(cancellationToken))
        {
            yield return change;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Source?.DisposeAsync() ?? ValueTask.CompletedTask;
}

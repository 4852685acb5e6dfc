using System.Globalization;
using System.Runtime.CompilerServices;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Events;

/// <inheritdoc cref="IEventFeed"/>
/// <remarks>
/// Each instance polls the database once per interval, whatever the number of followers. Followers at the end of the feed share the
/// events that the poll found; only followers that are behind read for themselves.
/// </remarks>
internal sealed class EventFeed(
    NpgsqlDataSource database, DatabaseLiveness liveness, IHostApplicationLifetime lifetime, ILogger<EventFeed> logger)
    : Upkeep(logger, "Cannot poll the feed of events"), IEventFeed
{
    // A longer page is read while it is sent.
    private const int MaxBuffered = 1000;

    // Long pages with slow clients must leave most connections of the pool to other requests.
    private const int MaxLongPages = 4;

    private readonly ILogger<EventFeed> _logger = logger;
    private volatile TaskCompletionSource _next = CreateNext();
    private volatile State? _state;
    private int _followers;
    private int _longPages;

    /// <inheritdoc/>
    protected override TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public async Task<EventToken> BeginAsync(EventToken? after, CancellationToken cancellationToken)
    {
        var state = _state ??= await PollAsync(cancellationToken);
        if (after is null)
        {
            return new EventToken(state.Epoch, state.Oldest);
        }

        if (after == EventToken.Now)
        {
            return new EventToken(state.Epoch, state.Position);
        }

        if (after.Epoch != state.Epoch)
        {
            // Another instance may have seen the new epoch earlier than this one.
            state = await RenewAsync(state, cancellationToken);
            if (after.Epoch != state.Epoch && !await HasSameHistoryAsync(after, cancellationToken))
            {
                throw Gone("epoch_changed", "The database was restored from a backup or replaced by a standby since this token.", state);
            }
        }

        if (after.Position < state.Oldest)
        {
            throw Gone("expired", "The events after this token were removed, because the time to keep them has passed.", state);
        }

        // Another instance may have polled later than this one.
        if (after.Position > state.Drawn && after.Position > (await PollAsync(cancellationToken)).Drawn)
        {
            throw Gone("ahead_of_server", "The database does not have the write before this token. It may be an older copy.", state);
        }

        return after with { Epoch = state.Epoch };
    }

    /// <inheritdoc/>
    public async Task<EventPage> ReadAsync(EventToken after, EventFilter filter, int limit, CancellationToken cancellationToken)
    {
        var state = _state!;
        // In a new epoch, BeginAsync decides whether the feed can be continued from the token.
        if (state.Epoch != after.Epoch || state.Position <= after.Position)
        {
            return new EventPage([], after);
        }

        if (state.Shared is { } shared && shared.After == after)
        {
            EventResponse[] events = [.. shared.Events.Where(filter.Selects)];
            if (events.Length <= limit)
            {
                return new EventPage(events, state.NextOf(after, state.Position));
            }
        }

        return await ReadPageAsync(state, after, filter, limit, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> WaitAsync(EventToken after, TimeSpan time, CancellationToken cancellationToken)
    {
        // A waiting request would hold up the end of the service.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        Interlocked.Increment(ref _followers);
        try
        {
            for (var next = _next.Task; _state!.Epoch == after.Epoch && _state.Position <= after.Position; next = _next.Task)
            {
                await next.WaitAsync(time, end.Token);
            }

            return true;
        }
        catch (Exception exception) when (exception is TimeoutException || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _followers);
        }
    }

    /// <inheritdoc/>
    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var before = _state;
        var state = await PollAsync(cancellationToken);
        if (state.Drawn > before?.Drawn)
        {
            // The first poll has stored a watermark of the new writes. Usually all of them have ended, so the second poll shows them.
            state = await PollAsync(cancellationToken);
        }

        if (state.Position == before?.Position && state.Epoch == before.Epoch)
        {
            _state = state with { Shared = before.Shared };
            return;
        }

        Publish(before is not null && before.Epoch == state.Epoch && Volatile.Read(ref _followers) > 0
            ? state with { Shared = await ReadSharedAsync(state, before, cancellationToken) }
            : state);
    }

    private static TaskCompletionSource CreateNext() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Failure Gone(string code, string reason, State state) =>
        Failure.Gone(code, reason, new EventToken(state.Epoch, state.Oldest).ToString());

    // Returns the given state, or a newer one if the epoch has changed.
    private async Task<State> RenewAsync(State known, CancellationToken cancellationToken)
    {
        var latest = await PollAsync(cancellationToken);
        if (latest.Epoch == known.Epoch)
        {
            return known;
        }

        Publish(latest);
        return latest;
    }

    // Shows a state to the followers that wait.
    private void Publish(State state)
    {
        if (_state is { } before && before.Epoch != state.Epoch)
        {
            _logger.LogWarning(
                "The database was restored from a backup or replaced by a standby. Followers with a later token get 410 epoch_changed and "
                + "make a new copy");
        }

        _state = state;
        Interlocked.Exchange(ref _next, CreateNext()).SetResult();
    }

    private Task<State> PollAsync(CancellationToken cancellationToken) => liveness.RunAsync(
        async token =>
        {
            await using var command = database.CreateCommand("SELECT epoch, oldest, drawn, final_position, covered FROM poll_events()");
            await using var row = await command.ExecuteReaderAsync(token);
            await row.ReadAsync(token);
            return new State(
                row.GetString(0),
                row.GetInt64(1),
                row.IsDBNull(2) ? long.MaxValue : row.GetInt64(2),
                row.GetInt64(3),
                row.GetFieldValue<ulong>(4));
        },
        cancellationToken);

    // The epochs after the one of the token tell up to where they share its history.
    private async Task<bool> HasSameHistoryAsync(EventToken token, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT coalesce(bool_and(later.starts_after >= $2), false)
            FROM event_epochs AS own JOIN event_epochs AS later ON later.number > own.number WHERE own.name = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = token.Epoch });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = token.Position });
        // The transactions of a snapshot mean nothing in another database.
        return token.Snapshot is null && (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // Null if there are too many events to keep.
    private async Task<SharedEvents?> ReadSharedAsync(State state, State before, CancellationToken cancellationToken)
    {
        var after = new EventToken(before.Epoch, before.Position);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = EventRows.CreateCommand(after, state.Position, EventFilter.All, MaxBuffered);
        command.Connection = connection;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<EventResponse>();
        while (await row.ReadAsync(cancellationToken))
        {
            events.AddRange(EventRows.EventsOf(row));
            if (events.Count > MaxBuffered || EventRows.LastOf(row) < state.Position)
            {
                command.Cancel();
                return null;
            }
        }

        return new SharedEvents(after, events);
    }

    private async Task<EventPage> ReadPageAsync(
        State state, EventToken after, EventFilter filter, int limit, CancellationToken cancellationToken)
    {
        var source = new PageSource(this, await database.OpenConnectionAsync(cancellationToken));
        var isLong = false;
        try
        {
            var start = await source.StartAsync(EventRows.CreateCommand(after, state.Position, filter, limit), cancellationToken);
            var next = state.NextOf(after, source.Last);
            isLong = !source.IsAtEnd;
            return isLong
                ? new EventPage(start, next) { Rest = source.ReadRestAsync(CancellationToken.None), Source = source }
                : new EventPage(start, next);
        }
        finally
        {
            if (!isLong)
            {
                await source.DisposeAsync();
            }
        }
    }

    /// <summary>What the last poll found.</summary>
    /// <param name="Epoch">The name of the epoch.</param>
    /// <param name="Oldest">The position up to which entries were removed.</param>
    /// <param name="Drawn">The last position that was drawn; without a limit on a standby, which does not know it.</param>
    /// <param name="Position">The position up to which every write is visible.</param>
    /// <param name="Covered">All writes of earlier transactions have at most this position.</param>
    /// <param name="Shared">The events that the poll found, for the followers that wait.</param>
    private sealed record State(string Epoch, long Oldest, long Drawn, long Position, ulong Covered, SharedEvents? Shared = null)
    {
        /// <summary>
        /// Returns the token after a page. It needs the snapshot of an export until all writes that the snapshot shows are passed.
        /// </summary>
        public EventToken NextOf(EventToken after, long last) => new(
            Epoch, last, last == Position && after.Snapshot is not null && Covered >= EndOf(after.Snapshot) ? null : after.Snapshot);

        // The form of a snapshot is xmin:xmax:list.
        private static ulong EndOf(string snapshot) => ulong.Parse(snapshot.Split(':')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The events after a token, up to the position of the state.</summary>
    private sealed record SharedEvents(EventToken After, IReadOnlyList<EventResponse> Events);

    /// <summary>A page while it is read.</summary>
    private sealed class PageSource(EventFeed feed, NpgsqlConnection connection) : IAsyncDisposable
    {
        private NpgsqlCommand? _command;
        private NpgsqlDataReader? _row;
        private bool _isLong;

        /// <summary>The position of the last write of the page.</summary>
        public long Last { get; private set; }

        public bool IsAtEnd { get; private set; }

        /// <summary>Returns the first events.</summary>
        /// <exception cref="Failure">The page is long, and too many long pages are read already.</exception>
        public async Task<IReadOnlyList<EventResponse>> StartAsync(NpgsqlCommand command, CancellationToken cancellationToken)
        {
            _command = command;
            command.Connection = connection;
            _row = await command.ExecuteReaderAsync(cancellationToken);
            var start = new List<EventResponse>();
            while (start.Count < MaxBuffered)
            {
                if (!await _row.ReadAsync(cancellationToken))
                {
                    IsAtEnd = true;
                    return start;
                }

                Last = EventRows.LastOf(_row);
                start.AddRange(EventRows.EventsOf(_row));
            }

            _isLong = true;
            return Interlocked.Increment(ref feed._longPages) <= MaxLongPages ? start : throw Failure.TooManyExports();
        }

        public async IAsyncEnumerable<EventResponse> ReadRestAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            while (await _row!.ReadAsync(cancellationToken))
            {
                foreach (var change in EventRows.EventsOf(_row))
                {
                    yield return change;
                }
            }

            IsAtEnd = true;
        }

        public async ValueTask DisposeAsync()
        {
            if (_isLong)
            {
                Interlocked.Decrement(ref feed._longPages);
            }

            if (!IsAtEnd)
            {
                // Disposing the reader alone would read all remaining rows.
                _command?.Cancel();
            }

            await using (connection)
            await using (_command)
            await using (_row)
            {
                IsAtEnd = true;
            }
        }
    }
}

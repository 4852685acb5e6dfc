using CleanWorkspace.Application;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.Webhooks;

/// <summary>The statements of the delivery. Each is one transaction, so none holds a lock while a message is sent.</summary>
/// <remarks>
/// Several instances share the webhooks by leases. Whatever an instance writes takes effect only while it has the lease. A second
/// instance may have it by then, if this one stood still for half a minute.
/// </remarks>
internal sealed class WebhookCursors(NpgsqlDataSource database, DatabaseLiveness liveness, TimeProvider clock)
{
    private const int TimeoutSeconds = 10;

    // By chance an instance leaves half of the free webhooks to others.
    private const string Claim = """
        UPDATE webhook_cursors SET lease = @lease, leased_until = now() + interval '30 seconds'
        WHERE webhook_id IN (
            SELECT c.webhook_id FROM webhook_cursors AS c JOIN webhooks AS w ON w.id = c.webhook_id
            WHERE w.state = 'enabled' AND (c.leased_until IS NULL OR c.leased_until < now() OR c.lease = @lease)
                AND c.webhook_id <> ALL (@ids) AND random() < 0.5
            FOR UPDATE OF c SKIP LOCKED)
        RETURNING webhook_id
        """;

    private const string Renew = """
        UPDATE webhook_cursors SET leased_until = now() + interval '30 seconds'
        WHERE lease = @lease AND webhook_id = ANY (@ids) AND leased_until < now() + interval '20 seconds'
        """;

    private const string Release = """
        UPDATE webhook_cursors
        SET leased_until = NULL, position = coalesce(@position, position), skip = coalesce(@skip, skip)
        WHERE webhook_id = @id AND lease = @lease
        """;

    private const string Read = """
        SELECT w.version, w.url, w.types, w.group_id, w.secret, CASE WHEN w.previous_secret_expires_at > now() THEN w.previous_secret END,
            w.attempts, greatest(w.next_attempt_at - now(), interval '0'), w.skipped_event_id,
            coalesce(r.position, c.position), coalesce(r.skip, c.skip), r.id, r.until_position, r.event_id
        FROM webhooks AS w JOIN webhook_cursors AS c ON c.webhook_id = w.id
        LEFT JOIN LATERAL (
            SELECT * FROM webhook_resends WHERE webhook_id = w.id ORDER BY position, id LIMIT 1) AS r ON true
        WHERE w.id = @id AND w.state = 'enabled' AND c.lease = @lease
        """;

    // The lock on the webhook comes first, as in its deletion.
    private const string Hold = """
        WITH held AS MATERIALIZED (
            SELECT w.id, w.version FROM webhooks AS w JOIN webhook_cursors AS c ON c.webhook_id = w.id
            WHERE w.id = @id AND c.lease = @lease FOR KEY SHARE OF w FOR UPDATE OF c
        ),
        moved_cursor AS (
            UPDATE webhook_cursors AS c SET position = @position, skip = @skip
            FROM held WHERE c.webhook_id = held.id AND @resend::uuid IS NULL
        ),
        moved_resend AS (
            UPDATE webhook_resends AS r SET position = @position, skip = @skip
            FROM held WHERE r.webhook_id = held.id AND r.id = @resend
        )
        """;

    private const string Log = """
        , logged AS (
            INSERT INTO webhook_deliveries (id, webhook_id, event_id, resource_id, type, position, attempt, time, duration_ms, succeeded,
                status, error, answer, next_attempt_at)
            SELECT @delivery, held.id, @event_id, @event_resource, @type, @event_position, @attempt, @time, @duration, @succeeded,
                @status, @error, @answer, now() + @delay
            FROM held
        )
        """;

    private const string Recover = """
        , changed AS (
            UPDATE webhooks AS w
            SET attempts = 0, failing_since = NULL, next_attempt_at = NULL, blocked_event_id = NULL,
                skipped_event_id = nullif(w.skipped_event_id, @event_id), version = w.version + 1
            FROM held WHERE w.id = held.id AND (w.failing_since IS NOT NULL OR w.skipped_event_id = @event_id)
        )
        """;

    // A change of the webhook during the attempt, such as a new URL, makes the failure meaningless.
    private const string Fail = """
        , changed AS (
            UPDATE webhooks AS w
            SET attempts = @attempt, failing_since = coalesce(w.failing_since, @time), next_attempt_at = now() + @delay,
                blocked_event_id = @event_id, state = CASE WHEN @reason IS NULL THEN w.state ELSE 'disabled' END,
                disabled_reason = @reason, version = w.version + 1
            FROM held WHERE w.id = held.id AND w.version = @version AND set_config('workspace.write', @write, true) IS NOT NULL
        )
        """;

    // New resends come before the events after the cursor.
    private const string CanContinue = """

        SELECT held.version = @version
            AND (@resend IS NOT NULL OR NOT EXISTS (SELECT FROM webhook_resends AS r WHERE r.webhook_id = held.id))
        FROM held
        """;

    private const string Finish = """
        DELETE FROM webhook_resends AS r USING webhook_cursors AS c
        WHERE r.id = @resend AND c.webhook_id = r.webhook_id AND c.lease = @lease
        """;

    private const string Expire = """
        WITH moved_cursor AS (
            UPDATE webhook_cursors SET position = @oldest, skip = 0
            WHERE webhook_id = @id AND lease = @lease AND position < @oldest RETURNING webhook_id
        ),
        lost_resends AS (
            DELETE FROM webhook_resends WHERE webhook_id = @id AND position < @oldest RETURNING webhook_id
        )
        UPDATE webhooks AS w SET state = 'disabled', disabled_reason = @reason, version = version + 1
        WHERE id = @id AND (EXISTS (SELECT FROM moved_cursor) OR EXISTS (SELECT FROM lost_resends))
            AND set_config('workspace.write', @write, true) IS NOT NULL
        """;

    private static readonly string Deliverer = WriteSetting.Of("webhooks", Caller.Service with { Operation = "Webhooks_deliver" });

    // The owner of the leases of this instance.
    private readonly Guid _lease = Guid.NewGuid();

    /// <summary>Claims free webhooks for this instance and returns their ids. Renews the leases of the others.</summary>
    /// <param name="running">The ids of the webhooks that this instance serves.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public Task<List<Guid>> ClaimAsync(Guid[] running, CancellationToken cancellationToken) => RunAsync(
        $"{Renew};\n{Claim}",
        async (command, token) =>
        {
            await using var row = await command.ExecuteReaderAsync(token);
            var claimed = new List<Guid>();
            while (await row.ReadAsync(token))
            {
                claimed.Add(row.GetGuid(0));
            }

            return claimed;
        },
        cancellationToken,
        new NpgsqlParameter<Guid[]>("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { TypedValue = running });

    /// <summary>Gives the lease back, so that any instance can go on.</summary>
    /// <param name="id">The id of the webhook.</param>
    /// <param name="place">The place of the cursor, or null to leave it.</param>
    public Task ReleaseAsync(Guid id, FeedPlace? place) => WriteAsync(
        Release,
        CancellationToken.None,
        new NpgsqlParameter<Guid>("id", id),
        new NpgsqlParameter("position", NpgsqlDbType.Bigint) { Value = (object?)place?.Position ?? DBNull.Value },
        new NpgsqlParameter("skip", NpgsqlDbType.Integer) { Value = (object?)place?.Skip ?? DBNull.Value });

    /// <summary>Returns what is to be delivered, or null if the webhook is disabled, deleted or served by another instance.</summary>
    public Task<WebhookWork?> ReadAsync(Guid id, CancellationToken cancellationToken) => RunAsync(
        Read,
        async (command, token) =>
        {
            await using var row = await command.ExecuteReaderAsync(token);
            return await row.ReadAsync(token) ? WorkOf(id, row) : null;
        },
        cancellationToken,
        new NpgsqlParameter<Guid>("id", id));

    /// <summary>Moves the place without an attempt: past events that the webhook does not select, or past a skipped one.</summary>
    /// <param name="work">The work.</param>
    /// <param name="place">The new place.</param>
    /// <param name="skippedId">The id of the skipped event, or null.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>Whether the work is still right.</returns>
    public Task<bool> MoveAsync(WebhookWork work, FeedPlace place, string? skippedId, CancellationToken cancellationToken) => AdvanceAsync(
        Hold + Recover + CanContinue,
        work,
        place,
        cancellationToken,
        new NpgsqlParameter("event_id", NpgsqlDbType.Text) { Value = (object?)skippedId ?? DBNull.Value });

    /// <summary>Records an attempt, and moves the place if it succeeded.</summary>
    /// <param name="work">The work.</param>
    /// <param name="item">The event.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="delay">The time until the next attempt, or null if there is none.</param>
    /// <param name="disabledReason">Why the webhook is disabled by the attempt, or null.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>Whether the work is still right.</returns>
    public Task<bool> RecordAsync(
        WebhookWork work,
        WebhookItem item,
        WebhookAttempt attempt,
        TimeSpan? delay,
        string? disabledReason,
        CancellationToken cancellationToken) => AdvanceAsync(
            Hold + Log + (attempt.IsSuccess ? Recover : Fail) + CanContinue,
            work,
            attempt.IsSuccess ? item.After : item.Before,
            cancellationToken,
            new NpgsqlParameter<Guid>("delivery", Uuid.CreateVersion7(clock)),
            new NpgsqlParameter<string>("event_id", item.Change.Id),
            new NpgsqlParameter<Guid>("event_resource", item.Change.ResourceId),
            new NpgsqlParameter<string>("type", item.Change.Type),
            new NpgsqlParameter<long>("event_position", item.Change.Transaction),
            new NpgsqlParameter<int>("attempt", work.Attempts + 1),
            new NpgsqlParameter<DateTimeOffset>("time", attempt.Time),
            new NpgsqlParameter<int>("duration", (int)attempt.Duration.TotalMilliseconds),
            new NpgsqlParameter<bool>("succeeded", attempt.IsSuccess),
            new NpgsqlParameter("status", NpgsqlDbType.Integer) { Value = (object?)attempt.Status ?? DBNull.Value },
            new NpgsqlParameter("error", NpgsqlDbType.Text) { Value = (object?)attempt.Error ?? DBNull.Value },
            new NpgsqlParameter<string>("answer", attempt.Answer),
            new NpgsqlParameter("delay", NpgsqlDbType.Interval) { Value = (object?)delay ?? DBNull.Value },
            new NpgsqlParameter("reason", NpgsqlDbType.Text) { Value = (object?)disabledReason ?? DBNull.Value },
            new NpgsqlParameter<string>("write", Deliverer));

    /// <summary>Deletes a resend whose events are all done.</summary>
    public Task FinishAsync(WebhookResendPart resend, CancellationToken cancellationToken) =>
        WriteAsync(Finish, cancellationToken, new NpgsqlParameter<Guid>("resend", resend.Id));

    /// <summary>Disables a webhook that missed removed events. When it is enabled again, it goes on at the oldest kept event.</summary>
    public Task ExpireAsync(Guid id, long oldest, string reason, CancellationToken cancellationToken) => WriteAsync(
        Expire,
        cancellationToken,
        new NpgsqlParameter<Guid>("id", id),
        new NpgsqlParameter<long>("oldest", oldest),
        new NpgsqlParameter<string>("reason", reason),
        new NpgsqlParameter<string>("write", Deliverer));

    private static WebhookWork WorkOf(Guid id, NpgsqlDataReader row)
    {
        var types = row.IsDBNull(2) ? null : row.GetString(2).Split(',');
        return new WebhookWork
        {
            Id = id,
            Version = row.GetInt64(0),
            Url = new Uri(row.GetString(1)),
            Filter = new EventFilter(EventTypes.Of(types), row.IsDBNull(3) ? null : row.GetGuid(3)),
            Secrets = row.IsDBNull(5) ? [row.GetString(4)] : [row.GetString(4), row.GetString(5)],
            Attempts = row.GetInt32(6),
            Wait = row.IsDBNull(7) ? TimeSpan.Zero : row.GetTimeSpan(7),
            SkippedEventId = row.IsDBNull(8) ? null : row.GetString(8),
            Place = new FeedPlace(row.GetInt64(9), row.GetInt32(10)),
            Resend = row.IsDBNull(11)
                ? null
                : new WebhookResendPart(row.GetGuid(11), row.GetInt64(12), row.IsDBNull(13) ? null : row.GetString(13)),
        };
    }

    private Task<bool> AdvanceAsync(
        string sql, WebhookWork work, FeedPlace place, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        RunAsync(
            sql,
            async (command, token) => await command.ExecuteScalarAsync(token) is true,
            cancellationToken,
            [
                new NpgsqlParameter<Guid>("id", work.Id),
                new NpgsqlParameter<long>("version", work.Version),
                new NpgsqlParameter<long>("position", place.Position),
                new NpgsqlParameter<int>("skip", place.Skip),
                new NpgsqlParameter("resend", NpgsqlDbType.Uuid) { Value = (object?)work.Resend?.Id ?? DBNull.Value },
                .. parameters,
            ]);

    private Task<int> WriteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        RunAsync(sql, (command, token) => command.ExecuteNonQueryAsync(token), cancellationToken, parameters);

    // While the database is silent, no follower waits for it.
    private Task<T> RunAsync<T>(
        string sql,
        Func<NpgsqlCommand, CancellationToken, Task<T>> run,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters) => liveness.RunAsync(
            async token =>
            {
                await using var command = database.CreateCommand(sql);
                command.CommandTimeout = TimeoutSeconds;
                command.Parameters.Add(new NpgsqlParameter<Guid>("lease", _lease));
                command.Parameters.AddRange(parameters);
                return await run(command, token);
            },
            cancellationToken);
}

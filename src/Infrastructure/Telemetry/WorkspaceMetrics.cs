using System.Diagnostics.Metrics;
using System.Text.Json;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Telemetry;

/// <summary>
/// The metrics of the workspace (docs/observability.md). Their numbers are read from the database in the background, so that nothing that
/// collects metrics waits for it.
/// </summary>
/// <param name="services">The services, to find all background tasks.</param>
/// <param name="database">The database.</param>
/// <param name="liveness">The liveness of the database.</param>
/// <param name="meters">Creates the meter.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log for failures.</param>
internal sealed class WorkspaceMetrics(
    IServiceProvider services,
    NpgsqlDataSource database,
    DatabaseLiveness liveness,
    IMeterFactory meters,
    TimeProvider clock,
    ILogger<WorkspaceMetrics> logger)
    : Upkeep(logger, "Cannot read the numbers for the metrics")
{
    private const int TimeoutSeconds = 5;

    // An open transaction that has written holds the feed back, also in another database of the server. So does a prepared one.
    // The counts and the watermarks are a few rows, and the audit is read by its positions.
    private const string Read = """
        WITH feed AS (
            SELECT max(position) AS position FROM event_watermarks WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
        ),
        hidden AS (
            SELECT a.created_at FROM feed JOIN audit_entries AS a ON a.position > feed.position ORDER BY a.position LIMIT 1
        ),
        writing AS (
            SELECT xact_start AS start FROM pg_stat_activity WHERE backend_xid IS NOT NULL
            UNION ALL SELECT prepared FROM pg_prepared_xacts
        ),
        waiting AS (
            SELECT next.* FROM webhooks AS w JOIN webhook_cursors AS c ON c.webhook_id = w.id
            CROSS JOIN LATERAL (
                SELECT a.created_at FROM audit_entries AS a WHERE a.position > c.position ORDER BY a.position LIMIT 1000) AS next
            WHERE w.state = 'enabled'
        )
        SELECT
            ARRAY(SELECT coalesce(sum(count), 0)::bigint FROM unnest($1) WITH ORDINALITY AS r (role, number)
                LEFT JOIN row_counts ON list = 'users' AND part = role GROUP BY number ORDER BY number),
            (SELECT coalesce(sum(count), 0)::bigint FROM row_counts WHERE list = 'user_groups'),
            (SELECT date_part('epoch', now() - created_at) FROM hidden),
            (SELECT date_part('epoch', now() - min(start)) FROM writing),
            (SELECT count(*) FROM waiting),
            (SELECT date_part('epoch', now() - min(created_at)) FROM waiting),
            (SELECT count(*) FROM webhooks WHERE state = 'enabled' AND blocked_event_id IS NOT NULL)
        """;

    // Older numbers are not shown, because a database that is away may have others.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private volatile Reading? _last;

    /// <inheritdoc/>
    protected override TimeSpan Interval => TimeSpan.FromSeconds(15);

    private WorkspaceStatus? Current => _last is { } last && clock.GetElapsedTime(last.Time) < MaxAge ? last.Status : null;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        CreateInstruments(meters.Create(TelemetrySource.Name), [.. services.GetServices<IHostedService>().OfType<Upkeep>()]);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task RunOnceAsync(CancellationToken cancellationToken) =>
        _last = new Reading(await liveness.RunAsync(ReadAsync, cancellationToken), clock.GetTimestamp());

    private void CreateInstruments(Meter meter, IReadOnlyList<Upkeep> tasks)
    {
        meter.CreateObservableGauge(
            "cleanworkspace.users", UsersByRole, "{user}", "The number of users of each role.");
        meter.CreateObservableGauge(
            "cleanworkspace.groups", () => Show(status => status.Groups), "{group}", "The number of groups.");
        meter.CreateObservableGauge(
            "cleanworkspace.events.lag",
            () => Show(status => status.EventLag),
            "s",
            "The age of the oldest write that is committed but not in the feed of events yet.");
        meter.CreateObservableGauge(
            "cleanworkspace.database.oldest_transaction",
            () => Show(status => status.OldestTransaction),
            "s",
            "The age of the oldest transaction of the database server that has written and still runs. It holds the feed of events back.");
        meter.CreateObservableGauge(
            "cleanworkspace.webhooks.backlog",
            () => Show(status => status.WebhookBacklog),
            "{entry}",
            "The audit entries that enabled webhooks have not passed yet, up to 1000 of each webhook.");
        meter.CreateObservableGauge(
            "cleanworkspace.webhooks.lag",
            () => Show(status => status.WebhookLag),
            "s",
            "The age of the oldest audit entry that an enabled webhook has not passed yet.");
        meter.CreateObservableGauge(
            "cleanworkspace.webhooks.blocked",
            () => Show(status => status.BlockedWebhooks),
            "{webhook}",
            "The number of enabled webhooks whose endpoint does not accept an event.");
        meter.CreateObservableGauge(
            "cleanworkspace.database.up",
            () => liveness.IsSilent ? 0 : 1,
            description: "1 if the database answers, else 0.");
        meter.CreateObservableGauge(
            "cleanworkspace.task.last_success",
            () => tasks.Select(task => new Measurement<long>(task.LastSuccess, new KeyValuePair<string, object?>("task", NameOf(task)))),
            "s",
            "The time of the last success of each background task, in seconds since 1970; 0 before the first one.");
    }

    private static string NameOf(Upkeep task) => JsonNamingPolicy.SnakeCaseLower.ConvertName(task.GetType().Name);

    private IEnumerable<Measurement<long>> UsersByRole() =>
        Current is { } status
            ? RoleName.All.Zip(
                status.Users, (role, count) => new Measurement<long>(count, new KeyValuePair<string, object?>("role", role)))
            : [];

    private IEnumerable<Measurement<T>> Show<T>(Func<WorkspaceStatus, T> value)
        where T : struct =>
        Current is { } status ? [new Measurement<T>(value(status))] : [];

    private async Task<WorkspaceStatus> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Read);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. RoleName.All] });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new WorkspaceStatus(
            row.GetFieldValue<long[]>(0), row.GetInt64(1), AgeOf(row, 2), AgeOf(row, 3), row.GetInt64(4), AgeOf(row, 5), row.GetInt64(6));
    }

    // What began after this transaction has a negative age.
    private static double AgeOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? 0 : Math.Max(row.GetDouble(column), 0);

    /// <summary>The numbers, and the time at which they were read.</summary>
    private sealed record Reading(WorkspaceStatus Status, long Time);
}

using System.Globalization;
using System.Text.Json;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Events;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.Events;

/// <summary>The statement that reads a page of the feed, and how its rows become events.</summary>
internal static class EventRows
{
    /// <summary>The most members in one event. A group's event would otherwise be as large as the group.</summary>
    public const int MaxMembers = 1000;

    private const string MembersChanged = "group.members_changed";

    // The first column is the position of the last write of the page. The other columns are null if no event is selected.
    // An import is one write, and its last entry names the others. Within a write, resources are created before memberships change, and
    // deleted after that. So a copy can apply the events one after the other.
    private const string Read = """
        WITH page AS MATERIALIZED (
            SELECT coalesce((
                SELECT a.position FROM audit_entries AS a
                WHERE a.position > @after AND a.position <= @until
                    AND (@resource::uuid IS NULL OR a.resource_id = @resource OR a.parts IS NOT NULL)
                ORDER BY a.position OFFSET @limit - 1 LIMIT 1), @until) AS last
        ),
        entries AS (
            SELECT a.position AS place, 0 AS part, a.*
            FROM page JOIN audit_entries AS a ON a.position > @after AND a.position <= page.last
            UNION ALL
            SELECT i.position, p.part::integer, a.*
            FROM page JOIN audit_entries AS i ON i.position > @after AND i.position <= page.last AND i.parts IS NOT NULL
            CROSS JOIN LATERAL unnest(i.parts) WITH ORDINALITY AS p (write_id, part)
            JOIN audit_entries AS a ON a.write_id = p.write_id AND a.position IS NULL
        ),
        events AS (
            SELECT e.*, k.step, n.noun || k.name AS type
            FROM entries AS e
            JOIN (VALUES
                ('users', 'user.'), ('user_groups', 'group.'), ('api_keys', 'key.'), ('webhooks', 'webhook.'), ('imports', 'import.')
            ) AS n (resource, noun) ON n.resource = e.resource
            CROSS JOIN LATERAL (VALUES
                (CASE e.kind WHEN 'deleted' THEN 3 WHEN 'finished' THEN 4 ELSE 1 END, e.kind, e.kind <> 'updated' OR e.changes <> '{}'),
                (2, 'members_changed', e.resource = 'user_groups' AND e.kind <> 'deleted' AND (e.added <> '{}' OR e.removed <> '{}'))
            ) AS k (step, name, has_happened)
            WHERE k.has_happened AND n.noun || k.name = ANY (@types) AND (@resource IS NULL OR e.resource_id = @resource)
                AND pg_visible_in_snapshot(e.transaction, @snapshot::pg_snapshot) IS NOT TRUE
        )
        SELECT page.last, e.place, e.type, e.created_at, e.actor, e.operation, e.trace_id, e.resource, e.resource_id, e.resource_version,
            e.changes, e.added, e.removed, e.part
        FROM page LEFT JOIN events AS e ON true
        ORDER BY e.place, e.step, e.part, e.resource_id
        """;

    /// <summary>Returns the command that reads a page.</summary>
    /// <param name="after">The token before the page.</param>
    /// <param name="until">The last position that may be read.</param>
    /// <param name="filter">The events to read.</param>
    /// <param name="limit">The number of entries after which the page ends with the next end of a write.</param>
    public static NpgsqlCommand CreateCommand(EventToken after, long until, EventFilter filter, int limit) => new(Read)
    {
        Parameters =
        {
            new NpgsqlParameter<long>("after", after.Position),
            new NpgsqlParameter<long>("until", until),
            new NpgsqlParameter("resource", NpgsqlDbType.Uuid) { Value = filter.Resource ?? (object)DBNull.Value },
            new NpgsqlParameter<int>("limit", limit),
            new NpgsqlParameter<string[]>("types", [.. filter.Types.Names]),
            new NpgsqlParameter("snapshot", NpgsqlDbType.Text) { Value = after.Snapshot ?? (object)DBNull.Value },
        },
    };

    /// <summary>Returns the position of the last write of the page.</summary>
    public static long LastOf(NpgsqlDataReader row) => row.GetInt64(0);

    /// <summary>Returns the events of the current row: none if it is only there for <see cref="LastOf"/>.</summary>
    public static IEnumerable<EventResponse> EventsOf(NpgsqlDataReader row)
    {
        if (row.IsDBNull(1))
        {
            return [];
        }

        var place = row.GetInt64(1);
        // An import can have two entries of one resource, in different parts.
        var part = row.GetInt32(13);
        var id = string.Create(CultureInfo.InvariantCulture, $"{place}.{(part == 0 ? "" : $"{part}.")}{row.GetGuid(8)}");
        var hasMembers = row.GetString(2) == MembersChanged;
        var change = new EventResponse
        {
            Id = id,
            Type = row.GetString(2),
            Time = row.GetFieldValue<DateTimeOffset>(3),
            Actor = row.GetString(4),
            Operation = row.GetString(5),
            TraceId = row.IsDBNull(6) ? null : row.GetString(6),
            Transaction = place,
            Resource = row.GetString(7),
            ResourceId = row.GetGuid(8),
            Version = row.IsDBNull(9) ? null : row.GetInt64(9),
            Changes = hasMembers
                ? new Dictionary<string, AuditChange>()
                : JsonSerializer.Deserialize<Dictionary<string, AuditChange>>(row.GetString(10), JsonSerializerOptions.Web)!,
            Added = [],
            Removed = [],
        };
        return hasMembers
            ? SplitMembers(change, row.GetFieldValue<Guid[]>(11), row.GetFieldValue<Guid[]>(12))
            : [change];
    }

    private static IEnumerable<EventResponse> SplitMembers(EventResponse change, Guid[] added, Guid[] removed) =>
        removed.Chunk(MaxMembers).Select(ids => change with { Removed = ids })
            .Concat(added.Chunk(MaxMembers).Select(ids => change with { Added = ids }))
            .Select((part, index) => part with { Id = string.Create(CultureInfo.InvariantCulture, $"{part.Id}.{index + 1}") });
}

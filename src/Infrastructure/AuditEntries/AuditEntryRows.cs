using System.Text.Json;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.AuditEntries;

/// <summary>How the audit is read as it is shown.</summary>
internal sealed class AuditEntryRows() : Rows<AuditEntryResponse>(
    "audit_entries AS a",
    ["a.write_id", "a.resource_id"],
    Column.Always("write_id", "a.write_id"),
    Column.Always("resource", "a.resource"),
    Column.Always("resource_id", "a.resource_id"),
    Column.Always("created_at", "a.created_at"),
    Column.Always("actor", "a.actor"),
    Column.Always("operation", "a.operation"),
    Column.Text("trace_id", "a.trace_id"),
    new Column("changes", "a.changes", "'{}'::jsonb"),
    Column.Ids("added", "a.added"),
    Column.Ids("removed", "a.removed"))
{
    public override AuditEntryResponse Read(NpgsqlDataReader row, Fields<AuditEntryResponse> fields) => new()
    {
        WriteId = row.GetGuid(0),
        Resource = row.GetString(1),
        ResourceId = row.GetGuid(2),
        CreatedAt = row.Time(3),
        Actor = row.GetString(4),
        Operation = row.GetString(5),
        TraceId = row.Text(6),
        Changes = JsonSerializer.Deserialize<Dictionary<string, AuditChange>>(row.GetString(7), JsonSerializerOptions.Web)!,
        Added = row.Ids(8),
        Removed = row.Ids(9),
        Shown = fields,
    };

    public override Place PlaceOf(AuditEntryResponse row, string key) => new(key, row.WriteId, row.ResourceId);

    public static ListStatement List(AuditEntriesListRequest query)
    {
        var list = new ListStatement("audit_entries AS a", ["a.write_id", "a.resource_id"])
            .OrderBy(null, isDescending: true)
            .WhereCreated(query.CreatedAfter, query.CreatedBefore);
        if (query.Resource is { } resource)
        {
            list.Where($"a.resource_id = {list.Add(resource)}");
        }

        if (query.Actor is { } actor)
        {
            list.Where($"a.actor = {list.Add(actor)}");
        }

        return list;
    }
}

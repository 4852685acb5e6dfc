using System.Text.Json;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Infrastructure.Database;

namespace CleanWorkspace.Infrastructure.AuditEntries;

/// <summary>The description of an audit entry's row.</summary>
internal sealed class AuditEntryRows() : Rows<AuditEntryResponse>(
    "audit_entries",
    "a",
    ["a.write_id", "a.resource_id"],
    Column.Always("a.write_id", "uuid"),
    Column.Always("a.resource", "text"),
    Column.Always("a.resource_id", "uuid"),
    Column.Always("a.created_at", "timestamptz"),
    Column.Always("a.actor", "text"),
    Column.Always("a.operation", "text"),
    Column.Text("a.trace_id"),
    Column.Json("a.changes"),
    Column.Ids("added", "CASE WHEN a.mirrors THEN '{}' ELSE a.added END"),
    Column.Ids("removed", "CASE WHEN a.mirrors THEN '{}' ELSE a.removed END"))
{
    public static AuditEntryRows Instance { get; } = new();

    public override ListPosition PositionOf(AuditEntryResponse row, string sortKey) => new(sortKey, row.WriteId, row.ResourceId);

    protected override AuditEntryResponse Read(RowReader row, Fields<AuditEntryResponse> fields) => new()
    {
        WriteId = row.Id(),
        Resource = row.Text(),
        ResourceId = row.Id(),
        CreatedAt = row.Time(),
        Actor = row.Text(),
        Operation = row.Text(),
        TraceId = row.TextOrNull(),
        Changes = JsonSerializer.Deserialize<Dictionary<string, AuditChange>>(row.Text(), JsonSerializerOptions.Web)!,
        Added = row.Ids(),
        Removed = row.Ids(),
        Shown = fields,
    };
}

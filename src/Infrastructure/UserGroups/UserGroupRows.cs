using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Infrastructure.Database;

namespace CleanWorkspace.Infrastructure.UserGroups;

/// <summary>The description of a user group's row.</summary>
internal sealed class UserGroupRows() : Rows<UserGroupResponse>(
    "user_groups",
    "g",
    ["g.id"],
    Column.Always("g.id", "uuid"),
    Column.Text("g.name"),
    Column.Text("g.icon"),
    Column.Text("g.description"),
    Column.Memberships(
        "users", "SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id", count: "g.user_count"),
    Column.Always("g.created_at", "timestamptz"),
    Column.Always("g.updated_at", "timestamptz"),
    Column.Always("g.version", "bigint"))
{
    public static UserGroupRows Instance { get; } = new();

    public override ListPosition PositionOf(UserGroupResponse row, string sortKey) => new(sortKey, row.Id);

    protected override UserGroupResponse Read(RowReader row, Fields<UserGroupResponse> fields) => new()
    {
        Id = row.Id(),
        Name = row.TextOrNull(),
        Icon = row.TextOrNull(),
        Description = row.TextOrNull(),
        Users = row.Ids(),
        CreatedAt = row.Time(),
        UpdatedAt = row.Time(),
        Version = row.Number(),
        Shown = fields,
    };
}

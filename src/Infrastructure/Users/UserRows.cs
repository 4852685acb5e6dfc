using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Infrastructure.Database;

namespace CleanWorkspace.Infrastructure.Users;

/// <summary>The description of a user's row.</summary>
internal sealed class UserRows() : Rows<UserResponse>(
    "users",
    "u",
    ["u.id"],
    Column.Always("u.id", "uuid"),
    Column.Text("u.first_name"),
    Column.Text("u.last_name"),
    Column.Text("u.email"),
    Column.Always("u.role", "text"),
    Column.Memberships("user_groups", "SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id"),
    Column.Always("u.created_at", "timestamptz"),
    Column.Always("u.updated_at", "timestamptz"),
    Column.Always("u.version", "bigint"))
{
    public static UserRows Instance { get; } = new();

    public override ListPosition PositionOf(UserResponse row, string sortKey) => new(sortKey, row.Id);

    protected override UserResponse Read(RowReader row, Fields<UserResponse> fields) => new()
    {
        Id = row.Id(),
        FirstName = row.TextOrNull(),
        LastName = row.TextOrNull(),
        Email = row.TextOrNull(),
        Role = RoleName.Parse(row.Text()),
        UserGroups = row.Ids(),
        CreatedAt = row.Time(),
        UpdatedAt = row.Time(),
        Version = row.Number(),
        Shown = fields,
    };
}

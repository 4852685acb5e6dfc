using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Users;

/// <summary>How users are read as they are shown.</summary>
internal sealed class UserRows() : Rows<UserResponse>(
    "users AS u",
    ["u.id"],
    Column.Always("id", "u.id"),
    Column.Text("first_name", "u.first_name"),
    Column.Text("last_name", "u.last_name"),
    Column.Text("email", "u.email"),
    Column.Always("role", "u.role"),
    Column.Memberships("user_groups", "SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id"),
    Column.Always("created_at", "u.created_at"),
    Column.Always("updated_at", "u.updated_at"),
    Column.Always("version", "u.version"))
{
    public static UserRows Instance { get; } = new();

    public override UserResponse Read(NpgsqlDataReader row, Fields<UserResponse> fields) => new()
    {
        Id = row.GetGuid(0),
        FirstName = row.Text(1),
        LastName = row.Text(2),
        Email = row.Text(3),
        Role = RoleName.Parse(row.GetString(4)),
        UserGroups = row.Ids(5),
        CreatedAt = row.Time(6),
        UpdatedAt = row.Time(7),
        Version = row.GetInt64(8),
        Shown = fields,
    };

    public override Place PlaceOf(UserResponse row, string key) => new(key, row.Id);

    public static ListStatement List(ListUsersQuery query)
    {
        // The id of the table that has the key of the order, as no index holds parts of two.
        var key = KeyOf(query.Sort?.By ?? default);
        var list = query.GroupId is { } group
            ? new ListStatement("memberships AS m JOIN users AS u ON u.id = m.user_id", [key is null ? "m.user_id" : "u.id"]).Where($"m.group_id = {SqlText.Of(group)}")
            : new ListStatement("users AS u", ["u.id"]);
        list.OrderBy(key, query.Sort is { IsDescending: true }).WhereCreated(query.CreatedAfter, query.CreatedBefore);
        if (query.Email is { } email)
        {
            list.Where($"{UserConfiguration.EmailKey} = {list.Add(EmailAddress.Fold(EmailAddress.Normalize(email)))}");
        }

        if (query.Role is { } role)
        {
            list.Where($"u.role = {SqlText.Of(role)}");
        }

        return list.WhereFound("u.search_text", query.Words).CountBy(KeptCount(query));
    }

    // What the database keeps a count of.
    private static string? KeptCount(ListUsersQuery query) => query switch
    {
        { Email: not null } or { Q: not null } or { CreatedAfter: not null } or { CreatedBefore: not null } => null,
        { GroupId: { } group } => $"SELECT user_count FROM user_groups WHERE id = {SqlText.Of(group)}",
        { Role: { } role } => $"SELECT sum(count) FROM row_counts WHERE list = 'users' AND part = {SqlText.Of(role)}",
        _ => "SELECT sum(count) FROM row_counts WHERE list = 'users'",
    };

    // As the indexes have them.
    private static string? KeyOf(UserKey key) => key switch
    {
        UserKey.Email => UserConfiguration.EmailKey,
        UserKey.FirstName => "coalesce(fold_text(u.first_name), '') COLLATE \"C\"",
        UserKey.LastName => "coalesce(fold_text(u.last_name), '') COLLATE \"C\"",
        _ => null,
    };
}

using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.UserGroups;

/// <summary>How user groups are read as they are shown.</summary>
internal sealed class UserGroupRows() : Rows<UserGroupResponse>(
    "user_groups AS g",
    ["g.id"],
    Column.Always("id", "g.id"),
    Column.Text("name", "g.name"),
    Column.Text("icon", "g.icon"),
    Column.Text("description", "g.description"),
    Column.Memberships("users", "SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id", count: "g.user_count"),
    Column.Always("created_at", "g.created_at"),
    Column.Always("updated_at", "g.updated_at"),
    Column.Always("version", "g.version"))
{
    public static UserGroupRows Instance { get; } = new();

    public override UserGroupResponse Read(NpgsqlDataReader row, Fields<UserGroupResponse> fields) => new()
    {
        Id = row.GetGuid(0),
        Name = row.Text(1),
        Icon = row.Text(2),
        Description = row.Text(3),
        Users = row.Ids(4),
        CreatedAt = row.Time(5),
        UpdatedAt = row.Time(6),
        Version = row.GetInt64(7),
        Shown = fields,
    };

    public override Place PlaceOf(UserGroupResponse row, string key) => new(key, row.Id);

    public static ListStatement List(ListGroupsQuery query)
    {
        // The id of the table that has the key of the order, as no index holds parts of two.
        var key = KeyOf(query.Sort?.By ?? default);
        var list = query.UserId is { } user
            ? new ListStatement("memberships AS m JOIN user_groups AS g ON g.id = m.group_id", [key is null ? "m.group_id" : "g.id"]).Where($"m.user_id = {SqlText.Of(user)}")
            : new ListStatement("user_groups AS g", ["g.id"]);
        list.OrderBy(key, query.Sort is { IsDescending: true }).WhereCreated(query.CreatedAfter, query.CreatedBefore);
        if (query.Name is { } name)
        {
            // A name of nothing but accents is not that of the groups without one.
            list.Where($"g.name IS NOT NULL AND {KeyOf(UserGroupKey.Name)} = fold_text({list.Add(UserGroup.NameRule.Normalize(name)!)})");
        }

        return list.WhereFound("g.search_text", query.Words).CountBy(KeptCount(query));
    }

    // What the database keeps a count of.
    private static string? KeptCount(ListGroupsQuery query) => query switch
    {
        { UserId: not null } or { Name: not null } or { Q: not null } or { CreatedAfter: not null } or { CreatedBefore: not null } => null,
        _ => "SELECT sum(count) FROM row_counts WHERE list = 'user_groups'",
    };

    // As the indexes have them.
    private static string? KeyOf(UserGroupKey key) => key switch
    {
        UserGroupKey.Name => "coalesce(fold_text(g.name), '') COLLATE \"C\"",
        _ => null,
    };
}

using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Infrastructure.Database;

namespace CleanWorkspace.Infrastructure.UserGroups;

/// <summary>The statement for one page of user groups: its filters, its sort key and its count.</summary>
internal static class UserGroupList
{
    // The expression of the index (Schema/indexes.sql).
    private const string NameKey = "coalesce(fold_text(g.name), '') COLLATE \"C\"";

    public static ListStatement Of(ListGroupsQuery query)
    {
        var sortKey = query.Sort is { By: UserGroupKey.Name } ? NameKey : null;
        // Sort key and id must come from the same table, because an index covers one table.
        var list = query.UserId is { } user
            ? new ListStatement("memberships AS m JOIN user_groups AS g ON g.id = m.group_id", [sortKey is null ? "m.group_id" : "g.id"])
                .Where($"m.user_id = {SqlLiteral.Of(user)}")
            : new ListStatement("user_groups AS g", ["g.id"]);
        list.OrderBy(sortKey, query.Sort is { IsDescending: true }).WhereCreated(query.CreatedAfter, query.CreatedBefore)
            .WhereIds(query.SelectedIds);
        if (query.Name is { } name)
        {
            // A name of accents alone folds to an empty text, like a missing name.
            list.Where($"g.name IS NOT NULL AND {NameKey} = fold_text({list.Add(UserGroup.NameRule.Normalize(name)!)})");
        }

        foreach (var word in query.Words)
        {
            list.Search($"g.search_text LIKE {list.AddPattern(word)}");
        }

        return list.UseCountQuery(StoredCount(query));
    }

    // The query for a count that triggers maintain, or null if the rows have to be counted.
    private static string? StoredCount(ListGroupsQuery query) => query switch
    {
        { UserId: not null } or { SelectedIds: not null } or { Name: not null } or { Q: not null } => null,
        { CreatedAfter: not null } or { CreatedBefore: not null } => null,
        _ => "SELECT sum(count) FROM row_counts WHERE list = 'user_groups'",
    };
}

using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Infrastructure.Database;

namespace CleanWorkspace.Infrastructure.Users;

/// <summary>The statement for one page of users: its filters, its sort key and its count.</summary>
internal static class UserList
{
    /// <summary>
    /// The unique key of addresses and their sort key, as the index has it. A user without an address sorts first, by id.
    /// </summary>
    public const string EmailKey = "coalesce(u.folded_email, ' ' || u.id::text) COLLATE \"C\"";

    // It sorts after all characters of addresses.
    private const string LastCharacter = "\U0010FFFF";

    public static ListStatement Of(ListUsersQuery query)
    {
        var sortKey = SortKey(query.Sort?.By ?? default);
        // Sort key and id must come from the same table, because an index covers one table.
        var list = query.GroupId is { } group
            ? new ListStatement("memberships AS m JOIN users AS u ON u.id = m.user_id", [sortKey is null ? "m.user_id" : "u.id"])
                .Where($"m.group_id = {SqlLiteral.Of(group)}")
            : new ListStatement("users AS u", ["u.id"]);
        list.OrderBy(sortKey, query.Sort is { IsDescending: true }).WhereCreated(query.CreatedAfter, query.CreatedBefore)
            .WhereIds(query.SelectedIds);
        if (query.Email is { } emails)
        {
            string[] keys = [.. emails.Select(email => EmailAddress.Fold(EmailAddress.Normalize(email)))];
            list.Where(keys is [var key] ? $"{EmailKey} = {list.Add(key)}" : $"{EmailKey} = ANY ({list.Add(keys)})");
        }

        if (query.Role is { } role)
        {
            list.Where($"u.role = {SqlLiteral.Of(role)}");
        }

        foreach (var word in query.Words)
        {
            list.Search(Match(list, word));
        }

        return list.UseCountQuery(StoredCount(query));
    }

    // The range of the key finds a whole address in every spelling.
    private static string Match(ListStatement list, SearchWord word)
    {
        var match = $"u.search_text LIKE {list.AddPattern(word)}";
        if (!word.Text.Contains('@', StringComparison.Ordinal))
        {
            return match;
        }

        var start = EmailAddress.Fold(word.Text);
        return $"{match} OR ({EmailKey} >= {list.Add(start)} AND {EmailKey} < {list.Add(start + LastCharacter)})";
    }

    // The query for a count that triggers maintain, or null if the rows have to be counted.
    private static string? StoredCount(ListUsersQuery query) => query switch
    {
        { Email: not null } or { SelectedIds: not null } or { Q: not null } => null,
        { CreatedAfter: not null } or { CreatedBefore: not null } => null,
        { GroupId: { } group } => $"SELECT user_count FROM user_groups WHERE id = {SqlLiteral.Of(group)}",
        { Role: { } role } => $"SELECT sum(count) FROM row_counts WHERE list = 'users' AND part = {SqlLiteral.Of(role)}",
        _ => "SELECT sum(count) FROM row_counts WHERE list = 'users'",
    };

    // The expressions of the indexes (Schema/indexes.sql).
    private static string? SortKey(UserKey key) => key switch
    {
        UserKey.Email => EmailKey,
        UserKey.FirstName => "coalesce(fold_text(u.first_name), '') COLLATE \"C\"",
        UserKey.LastName => "coalesce(fold_text(u.last_name), '') COLLATE \"C\"",
        _ => null,
    };
}

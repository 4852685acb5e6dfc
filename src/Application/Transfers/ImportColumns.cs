using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Transfers;

/// <summary>The text columns of the files that imports read and exports write.</summary>
/// <remarks>
/// The parsers, the check of the values, the staging tables, their SQL and the CSV export are made from these lists. A new text
/// field needs one line here. Columns with their own rules, such as the id, the address and the role, are not listed.
/// </remarks>
public static class ImportColumns
{
    /// <summary>The text columns of a user, in the order of the CSV file. They come after <c>email</c>.</summary>
    public static IReadOnlyList<UserColumn> Users { get; } =
    [
        new("first_name", User.NameRule, user => user.FirstName),
        new("last_name", User.NameRule, user => user.LastName),
    ];

    /// <summary>The text columns of a group. The name is not listed, because it also finds the group.</summary>
    public static IReadOnlyList<GroupColumn> Groups { get; } =
    [
        new("icon", UserGroup.IconRule),
        new("description", UserGroup.DescriptionRule),
    ];
}

/// <summary>A text column.</summary>
/// <param name="Name">The name of the column in CSV, of the property in NDJSON and of the column in the database.</param>
/// <param name="Rule">The rule for its values.</param>
public abstract record TextColumn(string Name, TextRule Rule);

/// <summary>A text column of a user.</summary>
/// <param name="Name">The name of the column in CSV, of the property in NDJSON and of the column in the database.</param>
/// <param name="Rule">The rule for its values.</param>
/// <param name="Read">Returns the value that a CSV export writes.</param>
public sealed record UserColumn(string Name, TextRule Rule, Func<UserResponse, string?> Read) : TextColumn(Name, Rule);

/// <summary>A text column of a group.</summary>
/// <param name="Name">The name of the property in NDJSON and of the column in the database.</param>
/// <param name="Rule">The rule for its values.</param>
public sealed record GroupColumn(string Name, TextRule Rule) : TextColumn(Name, Rule);

using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The columns of a CSV file of users, in the order in which an export writes them.</summary>
internal static class CsvColumns
{
    public const int Email = 0;

    /// <summary>The index of the first of <see cref="ImportColumns.Users"/>.</summary>
    public const int FirstText = 1;

    public static readonly string[] Names = ["email", .. ImportColumns.Users.Select(column => column.Name), "role", "user_groups"];

    public static readonly int Role = Names.Length - 2;

    public static readonly int UserGroups = Names.Length - 1;
}

using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Transfers;

/// <summary>A row of which every value by itself holds the rules of the domain, in the form in which it is stored; or why it does not.</summary>
/// <param name="Line">The number of the line in the file, from 1.</param>
public abstract record CheckedRow(long Line);

/// <summary>A user to create or to change.</summary>
/// <param name="Line">The number of the line in the file, from 1.</param>
/// <param name="Id">The id that the user has where it is new.</param>
/// <param name="IsIdGiven">Whether the id is the file's; otherwise it was made for the row.</param>
public sealed record CheckedUser(long Line, Guid Id, bool IsIdGiven) : CheckedRow(Line)
{
    /// <summary>The address, or null.</summary>
    public string? Email { get; init; }

    /// <summary>The address in the form that is unique in the workspace, or null.</summary>
    public string? FoldedEmail { get; init; }

    /// <summary>The first name, where it is given.</summary>
    public Optional<string?> FirstName { get; init; }

    /// <summary>The last name, where it is given.</summary>
    public Optional<string?> LastName { get; init; }

    /// <summary>The role, where it is given.</summary>
    public Optional<Role> Role { get; init; }

    /// <summary>Names or ids of all the user's groups, each once, where they are given; null is never in it.</summary>
    public Optional<string[]> UserGroups { get; init; }
}

/// <summary>A group to create or to change.</summary>
/// <param name="Line">The number of the line in the file, from 1.</param>
/// <param name="Id">The id that the group has where it is new.</param>
/// <param name="IsIdGiven">Whether the id is the file's; otherwise it was made for the row.</param>
public sealed record CheckedGroup(long Line, Guid Id, bool IsIdGiven) : CheckedRow(Line)
{
    /// <summary>The name, where it is given.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>The icon, where it is given.</summary>
    public Optional<string?> Icon { get; init; }

    /// <summary>The description, where it is given.</summary>
    public Optional<string?> Description { get; init; }
}

/// <summary>A fault of a row, which is refused for it. A row has one of these for each of its faults, and nothing else.</summary>
/// <param name="Line">The number of the line in the file, from 1.</param>
/// <param name="Column">The column or property that is at fault; null where it is the row.</param>
/// <param name="Fault">What is wrong.</param>
public sealed record RefusedRow(long Line, string? Column, Fault Fault) : CheckedRow(Line)
{
    /// <summary>The name of the group that the row would have made or changed; null where it has none or is about no group.</summary>
    public string? GroupName { get; init; }
}

using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Transfers;

/// <summary>A row after the check of its values. The values are normalised as the database stores them.</summary>
/// <param name="Line">The number of the line in the file, from 1.</param>
public abstract record CheckedRow(long Line);

/// <summary>A user to create or change.</summary>
/// <param name="Line">The number of the line in the file, from 1.</param>
/// <param name="Id">The id of the user, if the user is new.</param>
/// <param name="IsIdGiven">Whether the file gives the id. Otherwise the id was made for the row.</param>
public sealed record CheckedUser(long Line, Guid Id, bool IsIdGiven) : CheckedRow(Line)
{
    /// <summary>The address, or null.</summary>
    public string? Email { get; init; }

    /// <summary>The address in the form that is unique in the workspace, or null.</summary>
    public string? FoldedEmail { get; init; }

    /// <summary>The values of <see cref="ImportColumns.Users"/>.</summary>
    public TextValues Texts { get; init; }

    /// <summary>The role, if the row gives it.</summary>
    public Optional<Role> Role { get; init; }

    /// <summary>The names or ids of all groups of the user, each once, if the row gives them. Never null if given.</summary>
    public Optional<string[]> UserGroups { get; init; }
}

/// <summary>A group to create or change.</summary>
/// <param name="Line">The number of the line in the file, from 1.</param>
/// <param name="Id">The id of the group, if the group is new.</param>
/// <param name="IsIdGiven">Whether the file gives the id. Otherwise the id was made for the row.</param>
public sealed record CheckedGroup(long Line, Guid Id, bool IsIdGiven) : CheckedRow(Line)
{
    /// <summary>The name, or null if the row does not give it.</summary>
    public string? Name { get; init; }

    /// <summary>The values of <see cref="ImportColumns.Groups"/>.</summary>
    public TextValues Texts { get; init; }
}

/// <summary>One fault of a refused row. The check returns one instance for each fault, and no user or group for the row.</summary>
/// <param name="Line">The number of the line in the file, from 1.</param>
/// <param name="Column">The column or property with the fault; null if the fault concerns the whole row.</param>
/// <param name="Fault">The fault.</param>
public sealed record RefusedRow(long Line, string? Column, Fault Fault) : CheckedRow(Line)
{
    /// <summary>The name of the group that the row describes; null if it has no name or describes a user.</summary>
    public string? GroupName { get; init; }
}

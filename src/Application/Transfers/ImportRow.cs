using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Transfers;

/// <summary>A row of a file, as it was read. Its values are not checked yet.</summary>
/// <param name="Line">The number of the line in the file, from 1. A row of several lines has the number of the first.</param>
public abstract record ImportRow(long Line)
{
    /// <summary>The faults of the row's form: unknown properties and wrong types. The report adds the faults of the values.</summary>
    public IReadOnlyList<RefusedRow> ReadingFaults { get; init; } = [];
}

/// <summary>A row about a user. An absent value stays as it is; a new user gets the default.</summary>
/// <param name="Line">The number of the line in the file, from 1. A row of several lines has the number of the first.</param>
public sealed record ImportUserRow(long Line) : ImportRow(Line)
{
    /// <summary>The id that finds the user, or the id for a new user: a UUID of version 7.</summary>
    public Optional<string?> Id { get; init; }

    /// <summary>The address. It finds the user if no user has the id. A user that is found by its id gets the address.</summary>
    public Optional<string?> Email { get; init; }

    /// <summary>The values of <see cref="ImportColumns.Users"/>. Null clears a value.</summary>
    public TextValues Texts { get; init; }

    /// <summary>One of the roles, in any case.</summary>
    public Optional<string?> Role { get; init; }

    /// <summary>Another name for the role. If both are given, they must agree.</summary>
    public Optional<string?> RoleAlias { get; init; }

    /// <summary>All groups of the user: names or ids of groups.</summary>
    public Optional<IReadOnlyList<string?>?> UserGroups { get; init; }

    /// <summary>Accepted only as an empty list.</summary>
    public Optional<IReadOnlyList<string?>?> Teams { get; init; }
}

/// <summary>A row about a group. An absent value stays as it is.</summary>
/// <param name="Line">The number of the line in the file, from 1. A row of several lines has the number of the first.</param>
public sealed record ImportGroupRow(long Line) : ImportRow(Line)
{
    /// <summary>The id that finds the group, or the id for a new group: a UUID of version 7.</summary>
    public Optional<string?> Id { get; init; }

    /// <summary>The name. It finds the group if no group has the id.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>The values of <see cref="ImportColumns.Groups"/>. Null clears a value.</summary>
    public TextValues Texts { get; init; }
}

/// <summary>A row without content in the columns that the import reads. The import passes over it and counts it.</summary>
/// <param name="Line">The number of the line in the file, from 1. A row of several lines has the number of the first.</param>
public sealed record BlankRow(long Line) : ImportRow(Line);

/// <summary>A row that cannot be read.</summary>
/// <param name="Line">The number of the line in the file, from 1. A row of several lines has the number of the first.</param>
/// <param name="Column">The column or property with the fault; null if the fault concerns the whole row.</param>
/// <param name="Fault">The fault.</param>
public sealed record UnreadableRow(long Line, string? Column, Fault Fault) : ImportRow(Line);

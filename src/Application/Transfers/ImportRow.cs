using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Transfers;

/// <summary>A row of a file to import as it was read: what it says is not checked yet.</summary>
/// <param name="Line">The number of the line in the file, from 1; of a row of several lines, the first.</param>
public abstract record ImportRow(long Line)
{
    /// <summary>
    /// What was wrong with the row before any value could be judged: unknown properties, wrong types. They are reported together with
    /// the faults of the values.
    /// </summary>
    public IReadOnlyList<RefusedRow> ReadingFaults { get; init; } = [];
}

/// <summary>Describes a user. What is absent stays as it is, or is as with any new user.</summary>
/// <param name="Line">The number of the line in the file, from 1; of a row of several lines, the first.</param>
public sealed record ImportUserRow(long Line) : ImportRow(Line)
{
    /// <summary>The id that a new user shall have, UUID version 7.</summary>
    public Optional<string?> Id { get; init; }

    /// <summary>By this address, without regard to case, the user is found.</summary>
    public Optional<string?> Email { get; init; }

    /// <summary>The first name; null clears it.</summary>
    public Optional<string?> FirstName { get; init; }

    /// <summary>The last name; null clears it.</summary>
    public Optional<string?> LastName { get; init; }

    /// <summary>One of the roles, in any case.</summary>
    public Optional<string?> Role { get; init; }

    /// <summary>Another name for the role. Given both, they must agree.</summary>
    public Optional<string?> RoleAlias { get; init; }

    /// <summary>All the groups the user shall be in: names, or ids of groups.</summary>
    public Optional<IReadOnlyList<string?>?> UserGroups { get; init; }

    /// <summary>An empty list and nothing else.</summary>
    public Optional<IReadOnlyList<string?>?> Teams { get; init; }
}

/// <summary>Describes a user group. What is absent stays as it is.</summary>
/// <param name="Line">The number of the line in the file, from 1; of a row of several lines, the first.</param>
public sealed record ImportGroupRow(long Line) : ImportRow(Line)
{
    /// <summary>The id by which the group is found, or which the new one shall have, UUID version 7.</summary>
    public Optional<string?> Id { get; init; }

    /// <summary>The name by which the group is found where there is none of that id.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>The icon; null clears it.</summary>
    public Optional<string?> Icon { get; init; }

    /// <summary>The description; null clears it.</summary>
    public Optional<string?> Description { get; init; }
}

/// <summary>A row of which no more can be said than what is wrong with it.</summary>
/// <param name="Line">The number of the line in the file, from 1; of a row of several lines, the first.</param>
/// <param name="Column">The column or property that is at fault; null where it is the row.</param>
/// <param name="Fault">What is wrong.</param>
public sealed record UnreadableRow(long Line, string? Column, Fault Fault) : ImportRow(Line);

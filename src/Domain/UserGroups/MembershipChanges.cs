using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.UserGroups;

/// <summary>Members to add to one stored group and members to remove. Other users stay as they are.</summary>
public sealed class MembershipChanges
{
    /// <summary>The maximum number of ids in both lists together, repetitions included.</summary>
    public const int MaxCount = 10_000;

    /// <summary>The id of the group.</summary>
    public required Guid GroupId { get; init; }

    /// <summary>The versions of the group that the client accepts, or null for any.</summary>
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The ids of users to add. Some may be members already.</summary>
    public Guid[] Add { get; init => field = IdList.Normalize(value); } = [];

    /// <summary>The ids of users to remove. Some may not be members.</summary>
    public Guid[] Remove { get; init => field = IdList.Normalize(value); } = [];

    /// <summary>The number of named users.</summary>
    public int Count => Add.Length + Remove.Length;
}

/// <summary>The number of changed memberships. Users that needed no change do not count.</summary>
/// <param name="Added">The number of users that became members.</param>
/// <param name="Removed">The number of users that were removed.</param>
/// <param name="Version">The version of the group after the changes.</param>
public sealed record MembershipCounts(int Added, int Removed, long Version);

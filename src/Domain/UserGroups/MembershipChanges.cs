using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.UserGroups;

/// <summary>Users that join one stored group and users that leave it; whoever is not named stays what it is.</summary>
public sealed class MembershipChanges
{
    /// <summary>The most ids that may join and leave together, repetitions included.</summary>
    public const int MaxCount = 10_000;

    /// <summary>Which group.</summary>
    public required Guid GroupId { get; init; }

    /// <summary>The versions of the group that may be changed; null for any.</summary>
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The ids of users that shall be members; some may be already.</summary>
    public Guid[] Add { get; init => field = IdList.Normalize(value); } = [];

    /// <summary>The ids of users that shall be no members; some may be none already.</summary>
    public Guid[] Remove { get; init => field = IdList.Normalize(value); } = [];

    /// <summary>How many users are named.</summary>
    public int Count => Add.Length + Remove.Length;
}

/// <summary>What changes of memberships came to; who was already what it shall be does not count.</summary>
/// <param name="Added">How many users became members.</param>
/// <param name="Removed">How many were members and are no more.</param>
public sealed record MembershipCounts(int Added, int Removed);

namespace CleanWorkspace.Domain.Values;

/// <summary>A list of ids that stands for a set: the members of a group, or the groups of a user.</summary>
public static class IdList
{
    /// <summary>The most ids that one list may name, repetitions included.</summary>
    public const int MaxCount = 100_000;

    /// <summary>Each id once, ascending.</summary>
    public static Guid[] Normalize(IEnumerable<Guid> ids) => [.. ids.Distinct().Order()];
}

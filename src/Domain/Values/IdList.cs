namespace CleanWorkspace.Domain.Values;

/// <summary>A set of ids in a list: the members of a group, or the groups of a user.</summary>
public static class IdList
{
    /// <summary>The maximum number of ids in a list, repetitions included.</summary>
    public const int MaxCount = 100_000;

    /// <summary>Returns each id once, ascending.</summary>
    public static Guid[] Normalize(IEnumerable<Guid> ids) => [.. ids.Distinct().Order()];
}

using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>When a key expires, as clients write it: a time, or null for never.</summary>
internal static class Expiry
{
    /// <summary>What is wrong with it, or null: <c>invalid_time</c>.</summary>
    public static Fault? Check(string? text) => text is null ? null : Timestamp.Check(text);

    /// <summary>The time, or null for never.</summary>
    public static DateTimeOffset? Parse(string? text) => text is null ? null : Timestamp.Parse(text);
}

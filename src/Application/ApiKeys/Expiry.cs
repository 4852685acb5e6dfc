using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>The expiry of a key in requests: a time (RFC 3339), or null for never.</summary>
internal static class Expiry
{
    /// <summary>Returns the fault <c>invalid_time</c>, or null if the text is a time or null.</summary>
    public static Fault? Check(string? text) => text is null ? null : Timestamp.Check(text);

    /// <summary>Returns the time, or null for never.</summary>
    public static DateTimeOffset? Parse(string? text) => text is null ? null : Timestamp.Parse(text);
}

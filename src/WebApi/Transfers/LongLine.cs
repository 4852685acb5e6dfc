using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>A line that is not read, as it would have to be held in memory.</summary>
internal static class LongLine
{
    /// <summary>The most bytes of a record or line. Everything that a user may have, 100,000 groups aside, fits many times.</summary>
    public const int MaxLength = MaxMebibytes * 1024 * 1024;

    private const int MaxMebibytes = 4;

    /// <summary>Says where one is.</summary>
    public static Failure At(long line) => Failure.InvalidFile(line, "line_too_long", $"Must have at most {MaxMebibytes} MiB.");
}

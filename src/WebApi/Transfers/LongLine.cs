using CleanWorkspace.Application;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The limit of a line's length. A line must fit in memory.</summary>
internal static class LongLine
{
    /// <summary>The limit for a CSV record or an NDJSON line, in bytes. A user without very many groups needs far less.</summary>
    public const int MaxLength = MaxMebibytes * 1024 * 1024;

    private const int MaxMebibytes = 4;

    /// <summary>The failure for a longer line.</summary>
    public static Failure At(long line) =>
        Failure.InvalidFile(line, "line_too_long", $"The line is too long. A line has at most {MaxMebibytes} MiB.");
}

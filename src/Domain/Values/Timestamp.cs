using System.Globalization;
using System.Text.RegularExpressions;

namespace CleanWorkspace.Domain.Values;

/// <summary>Times in requests: RFC 3339, with an offset from UTC.</summary>
public static partial class Timestamp
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    /// <summary>Returns the fault <c>invalid_time</c>, or null if the text is a time.</summary>
    public static Fault? Check(string? text) =>
        TryParse(text, out _)
            ? null
            : new Fault("invalid_time", "Must be a time such as 2027-01-31T12:00:00Z, with Z or an offset from UTC.");

    /// <summary>Returns the time, in UTC.</summary>
    /// <exception cref="InvalidValueException"><see cref="Check"/> finds a fault in the text.</exception>
    public static DateTimeOffset Parse(string? text) =>
        TryParse(text, out var time) ? time : throw new InvalidValueException(Check(text)!);

    /// <summary>Returns the time with microseconds, as the database stores it.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    /// <summary>Returns the time with microseconds, as the database stores it; null stays null.</summary>
    public static DateTimeOffset? Truncate(DateTimeOffset? time) => time is { } value ? Truncate(value) : null;

    private static bool TryParse(string? text, out DateTimeOffset time)
    {
        var isTime = DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
        return isTime && Ending().IsMatch(text!);
    }

    // .NET also accepts an empty fraction, and offsets such as +5:30 and +0530.
    [GeneratedRegex(@":[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Ending();
}

using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.WebApi.Json;

/// <summary>The faults of a JSON object's form: names and types. The rules for the values come later.</summary>
internal static class ReadingFaults
{
    /// <summary>The limit of reported faults. It keeps an answer shorter than its request.</summary>
    public const int MaxCount = 100;

    public static readonly Fault NotText = new("invalid_type", "Must be a string.");

    public static readonly Fault NotList = new("invalid_type", "Must be a list of strings.");

    public static readonly Fault NotUnicode =
        new("invalid_text", "Must be valid Unicode. It has a lone surrogate or bytes that are not UTF-8.");

    public static readonly Fault NameNotUnicode = new("invalid_text", "The name of a property is not valid Unicode.");

    public static readonly Fault UnknownProperty = new("unknown_property", "Unknown property. Correct its name or leave it out.");

    public static readonly Fault DuplicateProperty = new("duplicate_property", "Must be given only once.");

    public static readonly Fault TooMany = new("too_many_faults", $"The first {MaxCount} faults are listed. The rest was not checked.");

    private const int MaxNameLength = 100;

    /// <summary>Cuts the name of a property or column to a length that a message can show.</summary>
    public static string Shorten(string name) =>
        name.Length <= MaxNameLength
            ? name
            : $"{name.AsSpan(0, MaxNameLength - (char.IsHighSurrogate(name[MaxNameLength - 1]) ? 1 : 0))}…";
}

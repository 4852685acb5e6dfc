using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>What can be wrong with a JSON object before any property's value can be judged.</summary>
internal static class ReadingFaults
{
    // Beyond this many values that cannot be used, one more tells a person nothing, and the answer outgrows the request.
    public const int MaxCount = 100;

    public static readonly Fault NotText = new("invalid_type", "Must be a string.");

    public static readonly Fault NotList = new("invalid_type", "Must be a list of strings.");

    public static readonly Fault NotUnicode =
        new("invalid_text", "Must be valid Unicode; found a lone surrogate, or bytes that are no UTF-8.");

    public static readonly Fault NameNotUnicode = new("invalid_text", "A property's name is not valid Unicode.");

    public static readonly Fault UnknownProperty = new("unknown_property", "There is no such property here.");

    public static readonly Fault DuplicateProperty = new("duplicate_property", "Is given more than once.");

    public static readonly Fault TooMany = new("too_many_faults", $"{MaxCount} values cannot be used; the rest was not looked at.");

    private const int MaxNameLength = 100;

    /// <summary>The name of a property or column, short enough to be shown.</summary>
    public static string Shorten(string name) =>
        name.Length <= MaxNameLength ? name : $"{name.AsSpan(0, MaxNameLength - (char.IsHighSurrogate(name[MaxNameLength - 1]) ? 1 : 0))}…";
}

using System.Globalization;
using System.Text.RegularExpressions;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Events;

/// <summary>The ids of events: the position of the write, the part of an import, the id of the resource, the part of a long list.</summary>
internal static partial class EventId
{
    /// <summary>The maximum number of characters.</summary>
    public const int MaxLength = 80;

    private static readonly Fault TooLong = new("too_long", $"Must have at most {MaxLength} characters.");

    private static readonly Fault Invalid = new("invalid_event_id", "Must be the id of an event, copied unchanged.");

    /// <summary>Returns the fault <c>invalid_event_id</c> or <c>too_long</c>, or null if the text has the form of an id.</summary>
    public static Fault? Check(string? text) =>
        text?.Length > MaxLength ? TooLong : text is not null && Form().IsMatch(text) ? null : Invalid;

    /// <summary>Returns the position of the event's write.</summary>
    public static long PositionOf(string id) => long.Parse(id.Split('.')[0], CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A[1-9][0-9]{0,17}(\.[0-9]{1,9})?\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.[0-9]{1,9})?\z")]
    private static partial Regex Form();
}

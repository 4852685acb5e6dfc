using System.Diagnostics.CodeAnalysis;
using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application.Events;

/// <summary>Types of events, separated by commas in a query.</summary>
public sealed class EventTypes : IQueryValue<EventTypes>
{
    /// <summary>The maximum number of types in a list.</summary>
    public const int MaxCount = 100;

    private static readonly string[] PrivatePrefixes = ["key.", "webhook."];

    private EventTypes(IReadOnlyList<string> names) => Names = names;

    /// <inheritdoc/>
    public static string Code => "unknown_event_type";

    /// <inheritdoc/>
    public static string Form => $"with commas between types: {string.Join(", ", Values)}";

    /// <inheritdoc/>
    public static IReadOnlyList<string> Values { get; } =
    [
        "user.created", "user.updated", "user.deleted", "user.erased",
        "group.created", "group.updated", "group.deleted", "group.members_changed",
        "key.created", "key.updated", "key.deleted",
        "webhook.created", "webhook.updated", "webhook.deleted",
        "import.finished",
    ];

    /// <summary>The types that every viewer may see.</summary>
    public static EventTypes Public { get; } = new([.. Values.Where(name => !IsPrivate(name))]);

    /// <summary>All types.</summary>
    public static EventTypes All { get; } = new(Values);

    /// <summary>Returns the types with these names; all for null.</summary>
    public static EventTypes Of(IReadOnlyList<string>? names) => names is null ? All : new EventTypes(names);

    /// <summary>The names of the types.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>True if a type tells about API keys or webhooks, which only admins may see.</summary>
    public bool ArePrivate => Names.Any(IsPrivate);

    /// <inheritdoc/>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EventTypes? value)
    {
        var names = (text ?? "").Split(',', StringSplitOptions.TrimEntries);
        value = names.All(Values.Contains) ? new EventTypes([.. names.Distinct()]) : null;
        return value is not null;
    }

    private static bool IsPrivate(string name) =>
        PrivatePrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}

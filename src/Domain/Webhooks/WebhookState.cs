using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Webhooks;

/// <summary>Whether the events of a webhook are delivered.</summary>
public enum WebhookState
{
    /// <summary>Events are delivered.</summary>
    Enabled,

    /// <summary>Events wait. They are delivered after the webhook was enabled again.</summary>
    Disabled,
}

/// <summary>The names of the states. Requests may use any case; answers and the database use lower case.</summary>
public static class WebhookStateName
{
    private static readonly Dictionary<string, WebhookState> States =
        Enum.GetValues<WebhookState>().ToDictionary(state => state.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all states as they are stored.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<WebhookState>().Select(Of)];

    /// <summary>Returns the name as it is stored.</summary>
    public static string Of(WebhookState state) => state.ToString().ToLowerInvariant();

    /// <summary>Returns the fault <c>invalid_state</c>, or null if the name is a state.</summary>
    public static Fault? Check(string? name) =>
        name is not null && States.ContainsKey(name.Trim())
            ? null
            : new Fault("invalid_state", $"Must be one of {string.Join(", ", All)}.");

    /// <summary>Returns the state with this name.</summary>
    /// <exception cref="InvalidValueException"><see cref="Check"/> finds a fault in the name.</exception>
    public static WebhookState Parse(string? name) =>
        Check(name) is { } fault ? throw new InvalidValueException(fault) : States[name!.Trim()];
}

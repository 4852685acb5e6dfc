using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Users;

/// <summary>What someone may do, the most powerful first: a user in the workspace, which asks the directory, and an API key here.</summary>
public enum Role
{
    /// <summary>One who manages the workspace.</summary>
    Admin,

    /// <summary>One who reads and edits.</summary>
    Editor,

    /// <summary>One who reads; what a user is unless something else is said.</summary>
    Viewer,

    /// <summary>One who visits.</summary>
    Guest,
}

/// <summary>How roles are written: their names, in any case; answered and stored in lower case.</summary>
public static class RoleName
{
    private static readonly Dictionary<string, Role> Roles =
        Enum.GetValues<Role>().ToDictionary(role => role.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Every role's name, as it is stored.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Role>().Select(Of)];

    /// <summary>The name as it is stored.</summary>
    public static string Of(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>What is wrong with the name, or null: <c>invalid_role</c>.</summary>
    public static Fault? Check(string? name) =>
        name is not null && Roles.ContainsKey(name.Trim())
            ? null
            : new Fault("invalid_role", $"Must be one of {string.Join(", ", All)}.");

    /// <summary>The role of that name.</summary>
    /// <exception cref="InvalidValueException"><see cref="Check"/> finds a fault in the name.</exception>
    public static Role Parse(string? name) =>
        Check(name) is { } fault ? throw new InvalidValueException(fault) : Roles[name!.Trim()];
}

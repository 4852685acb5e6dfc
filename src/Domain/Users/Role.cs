using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Users;

/// <summary>The roles of users and API keys.</summary>
/// <remarks>
/// The most powerful role comes first. This service decides by the role of a key. The role of a user is for the programs that read the
/// directory.
/// </remarks>
public enum Role
{
    /// <summary>Manages the workspace.</summary>
    Admin,

    /// <summary>Reads and edits.</summary>
    Editor,

    /// <summary>Reads. The default role of a user.</summary>
    Viewer,

    /// <summary>Visits.</summary>
    Guest,
}

/// <summary>The names of roles. Requests may use any case; answers and the database use lower case.</summary>
public static class RoleName
{
    private static readonly Dictionary<string, Role> Roles =
        Enum.GetValues<Role>().ToDictionary(role => role.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all roles as they are stored.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Role>().Select(Of)];

    /// <summary>Returns the name as it is stored.</summary>
    public static string Of(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>Returns the fault <c>invalid_role</c>, or null if the name is a role.</summary>
    public static Fault? Check(string? name) =>
        name is not null && Roles.ContainsKey(name.Trim())
            ? null
            : new Fault("invalid_role", $"Must be one of {string.Join(", ", All)}.");

    /// <summary>Returns the role with this name.</summary>
    /// <exception cref="InvalidValueException"><see cref="Check"/> finds a fault in the name.</exception>
    public static Role Parse(string? name) =>
        Check(name) is { } fault ? throw new InvalidValueException(fault) : Roles[name!.Trim()];
}

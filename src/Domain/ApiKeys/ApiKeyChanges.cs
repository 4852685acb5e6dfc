using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.ApiKeys;

/// <summary>Changes to one stored API key; what is absent stays as it is. Values are held to the same rules as in <see cref="ApiKey.Create"/>.</summary>
public sealed class ApiKeyChanges
{
    /// <summary>Whose changes they are.</summary>
    public required Guid Id { get; init; }

    /// <summary>The versions that may be changed; null for any.</summary>
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The new name.</summary>
    public Optional<string?> Name { get; init => field = value.Select(ApiKey.NameRule.Normalize); }

    /// <summary>The new role.</summary>
    public Optional<Role> Role { get; init; }

    /// <summary>From when on it is refused; null for never.</summary>
    public Optional<DateTimeOffset?> ExpiresAt { get; init; }
}

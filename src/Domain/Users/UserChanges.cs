using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Users;

/// <summary>Changes to one stored user; what is absent stays as it is. Values are held to the same rules as in <see cref="User.Create"/>.</summary>
public sealed class UserChanges
{
    /// <summary>Whose changes they are.</summary>
    public required Guid Id { get; init; }

    /// <summary>The versions that may be changed; null for any.</summary>
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The new first name; null clears it.</summary>
    public Optional<string?> FirstName { get; init => field = value.Select(User.NameRule.Normalize); }

    /// <summary>The new last name; null clears it.</summary>
    public Optional<string?> LastName { get; init => field = value.Select(User.NameRule.Normalize); }

    /// <summary>The new role.</summary>
    public Optional<Role> Role { get; init; }

    /// <summary>The ids of all groups that the user shall be in, in place of the present ones.</summary>
    public Optional<Guid[]> UserGroups { get; init => field = value.Select(IdList.Normalize); }
}

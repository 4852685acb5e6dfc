using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.UserGroups;

/// <summary>Changes to one stored group; what is absent stays as it is. Values are held to the same rules as in <see cref="UserGroup.Create"/>.</summary>
public sealed class UserGroupChanges
{
    /// <summary>Whose changes they are.</summary>
    public required Guid Id { get; init; }

    /// <summary>The versions that may be changed; null for any.</summary>
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The new name.</summary>
    public Optional<string?> Name { get; init => field = value.Select(UserGroup.NameRule.Normalize); }

    /// <summary>The new icon; null clears it.</summary>
    public Optional<string?> Icon { get; init => field = value.Select(UserGroup.IconRule.Normalize); }

    /// <summary>The new description; null clears it.</summary>
    public Optional<string?> Description { get; init => field = value.Select(UserGroup.DescriptionRule.Normalize); }

    /// <summary>The ids of all users that shall be members, in place of the present ones.</summary>
    public Optional<Guid[]> Users { get; init => field = value.Select(IdList.Normalize); }
}

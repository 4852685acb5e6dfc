using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.UserGroups;

/// <summary>Changes to one stored group. Absent values stay as they are. The rules are those of <see cref="UserGroup.Create"/>.</summary>
public sealed class UserGroupChanges
{
    /// <summary>The id of the group.</summary>
    public required Guid Id { get; init; }

    /// <summary>The versions that the client accepts, or null for any.</summary>
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The new name.</summary>
    public Optional<string?> Name { get; init => field = value.Select(UserGroup.NameRule.Normalize); }

    /// <summary>The new icon. Null clears it.</summary>
    public Optional<string?> Icon { get; init => field = value.Select(UserGroup.IconRule.Normalize); }

    /// <summary>The new description. Null clears it.</summary>
    public Optional<string?> Description { get; init => field = value.Select(UserGroup.DescriptionRule.Normalize); }

    /// <summary>The ids of all members. They replace the current members.</summary>
    public Optional<Guid[]> Users { get; init => field = value.Select(IdList.Normalize); }
}

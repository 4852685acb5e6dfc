using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Users;

/// <summary>Changes to one stored user. Absent values stay as they are. The rules are those of <see cref="User.Create"/>.</summary>
public sealed class UserChanges
{
    /// <summary>The id of the user.</summary>
    public required Guid Id { get; init; }

    /// <summary>The versions that the client accepts, or null for any.</summary>
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The new first name. Null clears it.</summary>
    public Optional<string?> FirstName { get; init => field = value.Select(User.NameRule.Normalize); }

    /// <summary>The new last name. Null clears it.</summary>
    public Optional<string?> LastName { get; init => field = value.Select(User.NameRule.Normalize); }

    /// <summary>The new e-mail address.</summary>
    public Optional<string?> Email { get; init => field = value.Select<string?>(EmailAddress.Normalize); }

    /// <summary>The new address in the form that is unique in the workspace. See <see cref="EmailAddress.Fold"/>.</summary>
    public Optional<string?> FoldedEmail => Email.Select<string?>(address => EmailAddress.Fold(address!));

    /// <summary>The new role.</summary>
    public Optional<Role> Role { get; init; }

    /// <summary>The ids of all groups of the user. They replace the current groups.</summary>
    public Optional<Guid[]> UserGroups { get; init => field = value.Select(IdList.Normalize); }
}

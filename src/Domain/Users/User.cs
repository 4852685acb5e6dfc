using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Users;

/// <summary>A person in the workspace. Every value is optional.</summary>
public sealed class User : Entity
{
    /// <summary>The maximum number of characters of a first or last name.</summary>
    public const int MaxNameLength = 150;

    /// <summary>The rule of first and last names.</summary>
    public static readonly TextRule NameRule = new(MaxNameLength);

    private User()
    {
    }

    /// <summary>The first name, or null.</summary>
    public string? FirstName { get; private init; }

    /// <summary>The last name, or null.</summary>
    public string? LastName { get; private init; }

    /// <summary>The e-mail address as it was given, or null.</summary>
    public string? Email { get; private init; }

    /// <summary>The address in the form that is unique in the workspace, or null. See <see cref="EmailAddress.Fold"/>.</summary>
    public string? FoldedEmail { get; private init; }

    /// <summary>The role of the user.</summary>
    public Role Role { get; private init; }

    /// <summary>The ids of the user's groups, each once, ascending.</summary>
    public Guid[] UserGroups { get; private init; } = [];

    /// <summary>Creates a user that is not stored yet.</summary>
    /// <exception cref="InvalidValueException">A value breaks its rule.</exception>
    public static User Create(
        TimeProvider clock, string? email, string? firstName, string? lastName, Role role, IEnumerable<Guid> userGroups)
    {
        var address = email is null ? null : EmailAddress.Normalize(email);
        return new User
        {
            Id = Uuid.CreateVersion7(clock),
            FirstName = NameRule.Normalize(firstName),
            LastName = NameRule.Normalize(lastName),
            Email = address,
            FoldedEmail = address is null ? null : EmailAddress.Fold(address),
            Role = role,
            UserGroups = IdList.Normalize(userGroups),
        };
    }
}

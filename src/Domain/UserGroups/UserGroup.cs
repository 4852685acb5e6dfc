using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.UserGroups;

/// <summary>A group of users in the workspace. Every value is optional.</summary>
public sealed class UserGroup : Entity
{
    /// <summary>The maximum number of characters of a name.</summary>
    public const int MaxNameLength = 200;

    /// <summary>The maximum number of characters of an icon.</summary>
    public const int MaxIconLength = 256;

    /// <summary>The maximum number of characters of a description.</summary>
    public const int MaxDescriptionLength = 4000;

    /// <summary>The rule of names.</summary>
    public static readonly TextRule NameRule = new(MaxNameLength, required: true);

    /// <summary>The rule of icons: an emoji, a name or the address of a picture.</summary>
    public static readonly TextRule IconRule = new(MaxIconLength);

    /// <summary>The rule of descriptions.</summary>
    public static readonly TextRule DescriptionRule = new(MaxDescriptionLength, multiline: true);

    private UserGroup()
    {
    }

    /// <summary>The name, or null.</summary>
    public string? Name { get; private init; }

    /// <summary>The icon, or null.</summary>
    public string? Icon { get; private init; }

    /// <summary>The description, or null.</summary>
    public string? Description { get; private init; }

    /// <summary>The ids of the members, each once, ascending.</summary>
    public Guid[] Users { get; private init; } = [];

    /// <summary>Creates a group that is not stored yet.</summary>
    /// <exception cref="InvalidValueException">A value breaks its rule.</exception>
    public static UserGroup Create(
        TimeProvider clock, string? name, string? icon, string? description, IEnumerable<Guid> users) => new()
        {
            Id = Uuid.CreateVersion7(clock),
            Name = name is null ? null : NameRule.Normalize(name),
            Icon = IconRule.Normalize(icon),
            Description = DescriptionRule.Normalize(description),
            Users = IdList.Normalize(users),
        };
}

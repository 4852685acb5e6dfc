using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.NounName;

/// <summary>A-entity-words of the workspace.</summary>
public sealed class EntityName : Entity
{
    /// <summary>The maximum number of characters of a name.</summary>
    public const int MaxNameLength = 200;

    /// <summary>The rule of names.</summary>
    public static readonly TextRule NameRule = new(MaxNameLength, required: true);

    private EntityName()
    {
    }

    /// <summary>The name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Creates a-entity-words that is not stored yet.</summary>
    /// <exception cref="InvalidValueException">The name breaks its rule.</exception>
    public static EntityName Create(TimeProvider clock, string? name) =>
        new() { Id = Uuid.CreateVersion7(clock), Name = NameRule.Normalize(name)! };

    /// <summary>Changes the given values. If no value differs, version and time of change stay.</summary>
    /// <exception cref="InvalidValueException">The name breaks its rule.</exception>
    public void Update(TimeProvider clock, Optional<string?> name)
    {
        var before = Name;
        Name = name.IsGiven ? NameRule.Normalize(name.Value)! : Name;
        if (before != Name)
        {
            MarkChanged(clock);
        }
    }
}

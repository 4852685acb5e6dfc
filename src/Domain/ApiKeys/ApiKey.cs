using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.ApiKeys;

/// <summary>A credential of a program. Its <see cref="KeyToken"/> grants the role of the key.</summary>
public sealed class ApiKey : Entity
{
    /// <summary>The maximum number of characters of a name.</summary>
    public const int MaxNameLength = 200;

    /// <summary>The rule of names.</summary>
    public static readonly TextRule NameRule = new(MaxNameLength, required: true);

    private ApiKey()
    {
    }

    /// <summary>The owner or the purpose of the key, for people.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The role of the key.</summary>
    public Role Role { get; private set; }

    /// <summary>The time when the key expires, or null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>The time of the last use, exact to half a minute, or null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; private set; }

    /// <summary>The hash of the token.</summary>
    public byte[] TokenHash { get; private init; } = [];

    /// <summary>Creates a key that is not stored yet, and its token. The token cannot be read again.</summary>
    /// <exception cref="InvalidValueException">The name breaks its rule.</exception>
    public static (ApiKey Key, KeyToken Token) Create(TimeProvider clock, string? name, Role role, DateTimeOffset? expiresAt)
    {
        var token = KeyToken.Create(Uuid.CreateVersion7(clock));
        var key = new ApiKey
        {
            Id = token.KeyId,
            Name = NameRule.Normalize(name)!,
            Role = role,
            ExpiresAt = Timestamp.Truncate(expiresAt),
            TokenHash = token.Hash(),
        };
        return (key, token);
    }

    /// <summary>Creates the key of an admin, not stored yet, for a token that an operator has made.</summary>
    public static ApiKey CreateFirst(KeyToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new ApiKey { Id = token.KeyId, Name = "first key", Role = Role.Admin, TokenHash = token.Hash() };
    }

    /// <summary>Changes the given values. If no value differs, version and time of change stay.</summary>
    /// <exception cref="InvalidValueException">The name breaks its rule.</exception>
    public void Update(TimeProvider clock, Optional<string?> name, Optional<Role> role, Optional<DateTimeOffset?> expiresAt)
    {
        var before = (Name, Role, ExpiresAt);
        Name = name.IsGiven ? NameRule.Normalize(name.Value)! : Name;
        Role = role.IsGiven ? role.Value : Role;
        ExpiresAt = expiresAt.IsGiven ? Timestamp.Truncate(expiresAt.Value) : ExpiresAt;
        if (before != (Name, Role, ExpiresAt))
        {
            MarkChanged(clock);
        }
    }

    /// <summary>Records a use of the key. An earlier use than the recorded one changes nothing.</summary>
    public void RecordUse(DateTimeOffset time)
    {
        var use = Timestamp.Truncate(time);
        if (!(use <= LastUsedAt))
        {
            LastUsedAt = use;
            MoveVersion();
        }
    }
}

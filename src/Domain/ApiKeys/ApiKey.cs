using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.ApiKeys;

/// <summary>What a program may use the API with. Whoever has its <see cref="KeyToken"/> may do what its role may.</summary>
public sealed class ApiKey : Entity
{
    /// <summary>What a name may hold.</summary>
    public static readonly TextRule NameRule = new(maxLength: 200, required: true);

    private ApiKey()
    {
    }

    /// <summary>Whose key it is or what it is for, in words for people.</summary>
    public string Name { get; private init; } = "";

    /// <summary>What may be done with it.</summary>
    public Role Role { get; private init; }

    /// <summary>From when on it is refused, or null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>When it was last used, give or take half a minute, or null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; private init; }

    /// <summary>The hash of its token.</summary>
    public byte[] TokenHash { get; private init; } = [];

    /// <summary>A new key, not stored yet, and its token, which nothing else will ever tell.</summary>
    /// <exception cref="InvalidValueException">The name breaks its rule.</exception>
    public static (ApiKey Key, KeyToken Token) Create(TimeProvider clock, string? name, Role role, DateTimeOffset? expiresAt)
    {
        var token = KeyToken.Create(Uuid.CreateVersion7(clock));
        var key = new ApiKey
        {
            Id = token.KeyId,
            Name = NameRule.Normalize(name)!,
            Role = role,
            ExpiresAt = expiresAt,
            TokenHash = token.Hash(),
        };
        return (key, token);
    }
}

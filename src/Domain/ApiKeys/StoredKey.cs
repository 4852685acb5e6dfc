using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.Domain.ApiKeys;

/// <summary>The part of a stored API key that authentication needs.</summary>
/// <param name="Id">The id of the key.</param>
/// <param name="Name">The name of the key.</param>
/// <param name="Role">The role of callers that use the key.</param>
/// <param name="ExpiresAt">The time from which the key is refused, or null if it never expires.</param>
/// <param name="TokenHash">The SHA-256 hash of the token's secret.</param>
public sealed record StoredKey(Guid Id, string Name, Role Role, DateTimeOffset? ExpiresAt, byte[] TokenHash)
{
    /// <summary>Whether the key has expired at the given time.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}

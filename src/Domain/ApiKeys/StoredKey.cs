using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.Domain.ApiKeys;

/// <summary>What of a stored API key says whether a token lets in, and for what.</summary>
/// <param name="Id">The key's id.</param>
/// <param name="Role">What may be done with it.</param>
/// <param name="ExpiresAt">From when on it is refused, or null for never.</param>
/// <param name="TokenHash">The hash of its token.</param>
public sealed record StoredKey(Guid Id, Role Role, DateTimeOffset? ExpiresAt, byte[] TokenHash)
{
    /// <summary>Whether the key is refused at that time.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}

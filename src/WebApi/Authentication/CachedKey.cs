using System.Security.Claims;
using CleanWorkspace.Application.Callers;
using CleanWorkspace.Domain.ApiKeys;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>An API key as it was when it was read.</summary>
/// <param name="key">The stored key.</param>
/// <param name="readStart">A timestamp of the clock from before the read. The key's age counts from here.</param>
internal sealed class CachedKey(StoredKey key, long readStart)
{
    public StoredKey Key { get; } = key;

    public long ReadStart { get; } = readStart;

    /// <summary>The principal of callers that use the key.</summary>
    public ClaimsPrincipal Principal { get; } =
        new(new CallerIdentity(new Credential(CredentialKind.ApiKey, $"{key.Id}", key.Name, key.Role, key.ExpiresAt)));
}

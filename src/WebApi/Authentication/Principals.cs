using System.Security.Claims;
using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Makes and reads the principal of a caller. It is the same for every kind of credential.</summary>
internal static class Principals
{
    private const string ActorClaim = "actor";
    private const string RoleClaim = "role";

    /// <summary>Makes the principal of an authenticated caller.</summary>
    /// <param name="actor">The caller's name in the audit.</param>
    /// <param name="role">The caller's role, or null if it has none.</param>
    public static ClaimsPrincipal Create(string actor, Role? role)
    {
        var identity = new ClaimsIdentity("Bearer", ActorClaim, RoleClaim);
        identity.AddClaim(new Claim(ActorClaim, actor));
        if (role is { } known)
        {
            identity.AddClaim(new Claim(RoleClaim, RoleName.Of(known)));
        }

        return new ClaimsPrincipal(identity);
    }

    /// <summary>Returns the caller's role, or null if it has none.</summary>
    public static Role? RoleOf(ClaimsPrincipal principal) =>
        principal.FindFirst(RoleClaim) is { } claim ? RoleName.Parse(claim.Value) : null;
}

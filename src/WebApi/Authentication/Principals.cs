using System.Security.Claims;
using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Who a request comes from, whatever credential said so.</summary>
internal static class Principals
{
    private const string ActorClaim = "actor";
    private const string RoleClaim = "role";

    /// <summary>An authenticated caller: the actor of the audit, and its role if it has one.</summary>
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

    /// <summary>The caller's role, or null where it has none.</summary>
    public static Role? RoleOf(ClaimsPrincipal principal) =>
        principal.FindFirst(RoleClaim) is { } claim ? RoleName.Parse(claim.Value) : null;
}

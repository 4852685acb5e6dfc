using System.Security.Claims;
using CleanWorkspace.Application.Callers;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>The identity of an authenticated caller. It is the same for every kind of credential.</summary>
/// <param name="credential">The credential of the caller.</param>
internal sealed class CallerIdentity(Credential credential) : ClaimsIdentity("Bearer")
{
    /// <summary>The caller's name in the audit.</summary>
    public override string Name => credential.Actor;

    /// <summary>Returns the credential that authentication has accepted, or null if there is none.</summary>
    public static Credential? CredentialOf(HttpContext context) => (context.User.Identity as CallerIdentity)?.Credential;

    private Credential Credential => credential;
}

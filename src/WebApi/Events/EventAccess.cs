using CleanWorkspace.Application;
using CleanWorkspace.Application.Callers;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.WebApi.Authentication;

namespace CleanWorkspace.WebApi.Events;

/// <summary>Decides which types of events a caller may see. Events of API keys and webhooks require an admin.</summary>
internal static class EventAccess
{
    /// <summary>Returns the types of the request, or by default all that the caller may see.</summary>
    /// <exception cref="Failure">The caller may not see a type of the request.</exception>
    public static EventTypes TypesOf(HttpContext context, EventTypes? requested)
    {
        var isAdmin = AccessTable.IsSufficient((CallerIdentity.CredentialOf(context) ?? Credential.None).Role, Role.Admin);
        return requested switch
        {
            null => isAdmin ? EventTypes.All : EventTypes.Public,
            { ArePrivate: true } when !isAdmin => throw Failure.Forbidden(
                "admin_required",
                "Events of API keys and webhooks require the role admin. Remove the types that begin with key. or webhook."),
            _ => requested,
        };
    }
}

using CleanWorkspace.Domain.Users;
using CleanWorkspace.WebApi.Errors;
using Microsoft.AspNetCore.Authentication;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Lets through who may: those whose role suffices and, where the service is open, those who come without a credential. It takes the
/// place of the framework's authorization, of whose policies one would be used, at a twentieth of what a request costs.
/// </summary>
internal sealed class Access(RequestDelegate next, AccessSettings settings)
{
    // RFC 6750, section 3.
    private const string Challenge = "Bearer realm=\"CleanWorkspace\"";

    /// <summary>
    /// Whether a request is for an endpoint that takes a role. No credential is looked at for any other: a wrong one makes no difference
    /// there, and health is told while the database is silent.
    /// </summary>
    public static bool IsRequired(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<Requirement>() is not null;

    public Task InvokeAsync(HttpContext context)
    {
        if (!IsRequired(context))
        {
            return next(context);
        }

        if (context.User.Identity is { IsAuthenticated: true })
        {
            return AccessTable.Suffices(Principals.RoleOf(context.User), AccessTable.LeastRoleOf(context))
                ? next(context)
                : RefuseRoleAsync(context);
        }

        return settings.IsOpen && context.Request.Headers.Authorization.Count == 0 ? next(context) : RefuseCredentialAsync(context);
    }

    private static async Task RefuseCredentialAsync(HttpContext context)
    {
        var failure = (await context.AuthenticateAsync()).Failure as CredentialException;
        // To find that out may have taken longer than the request is allowed.
        context.RequestAborted.ThrowIfCancellationRequested();
        if (failure?.RetryAfter is { } retryAfter)
        {
            context.Response.Headers.RetryAfter = retryAfter;
            await ProblemWriter.WriteAsync(context, failure.Status, failure.Code, failure.Message);
            return;
        }

        context.Response.Headers.WWWAuthenticate = failure is null ? Challenge : $"{Challenge}, error=\"invalid_token\"";
        await (failure is null
            ? ProblemWriter.WriteAsync(context, StatusCodes.Status401Unauthorized)
            : ProblemWriter.WriteAsync(context, StatusCodes.Status401Unauthorized, failure.Code, failure.Message));
    }

    private static Task RefuseRoleAsync(HttpContext context)
    {
        var least = RoleName.Of(AccessTable.LeastRoleOf(context));
        context.Response.Headers.WWWAuthenticate = $"{Challenge}, error=\"insufficient_scope\", scope=\"{least}\"";
        return ProblemWriter.WriteAsync(
            context, StatusCodes.Status403Forbidden, $"{least}_required", $"The credential's role may not do this: it takes the role {least}, or one that may do more.");
    }

    /// <summary>Marks the endpoints that take a role.</summary>
    internal sealed class Requirement;
}

using CleanWorkspace.Domain.Users;
using CleanWorkspace.WebApi.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Lets through who may: those whose role suffices and, where the service is open, those who come without a credential.</summary>
internal sealed class Access(AccessSettings settings) : AuthorizationHandler<Access.Requirement, HttpContext>, IAuthorizationMiddlewareResultHandler
{
    // RFC 6750, section 3.
    private const string Challenge = "Bearer realm=\"CleanWorkspace\"";

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Challenged)
        {
            await RefuseCredentialAsync(context);
        }
        else if (authorizeResult.Forbidden)
        {
            await RefuseRoleAsync(context);
        }
        else
        {
            await next(context);
        }
    }

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement, HttpContext resource)
    {
        var isAuthenticated = context.User.Identity is { IsAuthenticated: true };
        var isAdmitted = isAuthenticated
            ? AccessTable.Suffices(Principals.RoleOf(context.User), AccessTable.LeastRoleOf(resource))
            : settings.IsOpen && resource.Request.Headers.Authorization.Count == 0;
        if (isAdmitted)
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
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

    internal sealed class Requirement : IAuthorizationRequirement;
}

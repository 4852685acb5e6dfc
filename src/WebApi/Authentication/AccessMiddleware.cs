using CleanWorkspace.Domain.Users;
using CleanWorkspace.WebApi.Errors;
using Microsoft.AspNetCore.Authentication;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Passes a request on if the caller's role is sufficient for the operation. Without a credential, the request passes only if the
/// service is open (see <see cref="AccessSettings"/>).
/// </summary>
/// <remarks>
/// It replaces the framework's authorization, which costs more (decision record 0012). <c>[Authorize]</c> therefore has no effect,
/// and a test forbids it.
/// </remarks>
internal sealed class AccessMiddleware(RequestDelegate next, AccessSettings settings, RefusedCredentials refused)
{
    // RFC 6750, section 3.
    private const string Challenge = "Bearer realm=\"CleanWorkspace\"";

    /// <summary>Whether the endpoint requires a role. If not, no credential of the request is read.</summary>
    /// <remarks>So a bad credential changes nothing on the health endpoints, which also answer while the database is silent.</remarks>
    public static bool IsRequired(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<Requirement>() is not null;

    public Task InvokeAsync(HttpContext context)
    {
        if (!IsRequired(context))
        {
            return next(context);
        }

        if (CallerIdentity.CredentialOf(context) is { } credential)
        {
            var required = AccessTable.RequiredRoleOf(context);
            if (AccessTable.IsSufficient(credential.Role, required))
            {
                return next(context);
            }

            if (credential.Role is null)
            {
                refused.Record(Refusal.NoRole);
            }

            return RefuseRoleAsync(context, required!.Value);
        }

        return settings.IsOpen && context.Request.Headers.Authorization.Count == 0 ? next(context) : RefuseCredentialAsync(context);
    }

    private async Task RefuseCredentialAsync(HttpContext context)
    {
        var failure = (await context.AuthenticateAsync()).Failure as CredentialException;
        // Authentication may have taken longer than the request's time limit.
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
            : ProblemWriter.WriteAsync(context, StatusCodes.Status401Unauthorized, failure.Code, DetailOf(failure)));
    }

    private string DetailOf(CredentialException failure) =>
        settings.IsOpen ? $"{failure.Message} This service needs no credential now, so you can also omit the header." : failure.Message;

    private static Task RefuseRoleAsync(HttpContext context, Role role)
    {
        var required = RoleName.Of(role);
        context.Response.Headers.WWWAuthenticate = $"{Challenge}, error=\"insufficient_scope\", scope=\"{required}\"";
        return ProblemWriter.WriteAsync(
            context,
            StatusCodes.Status403Forbidden,
            $"{required}_required",
            $"The role of this credential is not sufficient. The operation requires the role {required} or a more powerful one.");
    }

    /// <summary>Marks an endpoint that requires a role.</summary>
    internal sealed class Requirement;
}

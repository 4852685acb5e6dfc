using System.Threading.RateLimiting;
using CleanWorkspace.WebApi.Errors;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Limits the rate of requests of each credential. Requests without a credential are not counted.</summary>
internal static class RequestLimit
{
    private const string Policy = "requests";

    public static void AddRequestLimit(this IServiceCollection services, Rate rate) =>
        services.AddRateLimiter(options =>
        {
            options.AddPolicy(Policy, context => context.User.Identity?.Name is { } caller
                ? rate.CreatePartition(caller)
                : RateLimitPartition.GetNoLimiter(""));
            options.OnRejected = async (refusal, _) =>
            {
                refusal.HttpContext.Response.Headers.RetryAfter = rate.RetryAfter;
                await ProblemWriter.WriteAsync(refusal.HttpContext, StatusCodes.Status429TooManyRequests);
            };
        });

    /// <summary>Applies the limit to the endpoints.</summary>
    public static IEndpointConventionBuilder RequireRequestLimit(this IEndpointConventionBuilder endpoints) =>
        endpoints.RequireRateLimiting(Policy);
}

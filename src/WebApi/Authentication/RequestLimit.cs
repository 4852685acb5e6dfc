using System.Globalization;
using System.Threading.RateLimiting;
using CleanWorkspace.WebApi.Errors;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Limits the rate of requests of each credential, and tells the client its limit and the rest of it
/// (draft-ietf-httpapi-ratelimit-headers-10). Requests without a credential are not counted.
/// </summary>
/// <remarks>The middleware of the framework does not show the rest.</remarks>
internal sealed class RequestLimit : IDisposable
{
    /// <summary>The header with the limit.</summary>
    public const string PolicyHeader = "RateLimit-Policy";

    /// <summary>The header with the rest of the limit.</summary>
    public const string RestHeader = "RateLimit";

    private readonly PartitionedRateLimiter<string> _requests;
    private readonly string _policy;
    private readonly string _retryAfter;

    public RequestLimit(RateLimitSettings settings)
    {
        var rate = settings.Requests;
        _requests = PartitionedRateLimiter.Create<string, string>(rate.CreatePartition);
        _policy = string.Create(CultureInfo.InvariantCulture, $"\"default\";q={rate.Count};w={rate.Time.TotalSeconds}");
        _retryAfter = rate.RetryAfter;
    }

    /// <summary>Passes a request on if its credential has a permit left. Otherwise the answer is 429.</summary>
    public Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.User.Identity?.Name is not { } caller)
        {
            return next(context);
        }

        using var permit = _requests.AttemptAcquire(caller);
        var isRefused = !permit.IsAcquired;
        // Just before the answer starts, because the exception handler clears earlier headers.
        context.Response.OnStarting(() =>
        {
            SetHeaders(context.Response.Headers, isRefused ? 0 : _requests.GetStatistics(caller)?.CurrentAvailablePermits ?? 0);
            return Task.CompletedTask;
        });
        if (!isRefused)
        {
            return next(context);
        }

        context.Response.Headers.RetryAfter = _retryAfter;
        return ProblemWriter.WriteAsync(context, StatusCodes.Status429TooManyRequests);
    }

    public void Dispose() => _requests.Dispose();

    private void SetHeaders(IHeaderDictionary headers, long rest)
    {
        headers[PolicyHeader] = _policy;
        headers[RestHeader] = string.Create(CultureInfo.InvariantCulture, $"\"default\";r={rest};t={_retryAfter}");
    }
}

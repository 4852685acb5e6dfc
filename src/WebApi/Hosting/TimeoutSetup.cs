using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc.Filters;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Sets the time limit of a request, from its header until its answer is known.</summary>
internal static class TimeoutSetup
{
    private const int DefaultSeconds = 60;
    private const int MaxSeconds = 24 * 60 * 60;

    /// <summary>Reads the limit from <c>Requests:TimeoutSeconds</c>.</summary>
    public static TimeSpan TimeoutOf(IConfiguration configuration) =>
        configuration.SecondsOf("Requests:TimeoutSeconds", DefaultSeconds, MaxSeconds);

    /// <summary>Answers 504 to a request that takes longer than the limit.</summary>
    public static void AddTimeouts(this WebApplicationBuilder builder)
    {
        var timeout = TimeoutOf(builder.Configuration);
        // The status code pages add the problem document.
        builder.Services.AddRequestTimeouts(options => options.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = timeout,
            TimeoutStatusCode = StatusCodes.Status504GatewayTimeout,
        });
    }

    /// <summary>
    /// Removes the limit when the answer is known. Otherwise MVC would cut off an answer while it is sent. Kestrel has its own
    /// limit for slow clients.
    /// </summary>
    internal sealed class Filter : IResultFilter
    {
        public void OnResultExecuting(ResultExecutingContext context)
        {
            context.HttpContext.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
            context.HttpContext.RequestAborted.ThrowIfCancellationRequested();
        }

        public void OnResultExecuted(ResultExecutedContext context)
        {
        }
    }
}

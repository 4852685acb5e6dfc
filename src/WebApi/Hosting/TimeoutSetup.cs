using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc.Filters;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>How long a request may take, from its head to the point where its answer is known.</summary>
internal static class TimeoutSetup
{
    private const int DefaultSeconds = 60;
    private const int MaxSeconds = 24 * 60 * 60;

    public static TimeSpan TimeoutOf(IConfiguration configuration) =>
        configuration.SecondsOf("Requests:TimeoutSeconds", DefaultSeconds, MaxSeconds);

    public static void AddTimeouts(this WebApplicationBuilder builder)
    {
        var timeout = TimeoutOf(builder.Configuration);
        // The status gets its problem document from the status code pages.
        builder.Services.AddRequestTimeouts(options => options.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = timeout,
            TimeoutStatusCode = StatusCodes.Status504GatewayTimeout,
        });
    }

    /// <summary>
    /// Ends the waiting when the answer is known: MVC would otherwise cut it off where it is being sent, and take an answer
    /// that has not begun for one without a body. How fast a client has to read is Kestrel's to say.
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

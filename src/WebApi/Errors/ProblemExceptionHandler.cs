using System.Data.Common;
using CleanWorkspace.Application.Common;
using Microsoft.AspNetCore.Diagnostics;

namespace CleanWorkspace.WebApi.Errors;

/// <summary>The one place where exceptions become problem documents.</summary>
internal sealed class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    private const string RetryAfterSeconds = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case InvalidRequestException invalid:
                await ProblemWriter.WriteAsync(httpContext, invalid.Faults);
                break;
            case NotFoundException missing:
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status404NotFound, missing.Code, missing.Message);
                break;
            case ConstraintViolationException:
                // Others changed back and forth what this write depends on, and it lost each time.
                httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
                await ProblemWriter.WriteAsync(
                    httpContext, StatusCodes.Status503ServiceUnavailable, "too_much_contention", "Other writers keep getting in the way; try again in a few seconds.");
                break;
            case BadHttpRequestException bad:
                await ProblemWriter.WriteAsync(httpContext, bad.StatusCode);
                break;
            case OperationCanceledException when httpContext.RequestAborted.IsCancellationRequested:
                // Nobody is left to read an answer; the status is for the log alone.
                httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                break;
            case var _ when IsDatabaseUnavailable(exception):
                logger.LogWarning("The database does not answer: {Reason}", exception.Message);
                httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status503ServiceUnavailable);
                break;
            default:
                logger.LogError(exception, "A request failed");
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status500InternalServerError);
                break;
        }

        return true;
    }

    // EF Core wraps what it takes for transient.
    private static bool IsDatabaseUnavailable(Exception exception) =>
        (exception as DbException ?? exception.InnerException as DbException) is { IsTransient: true };
}

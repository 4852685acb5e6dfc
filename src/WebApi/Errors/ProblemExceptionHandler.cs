using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace CleanWorkspace.WebApi.Errors;

/// <summary>Turns every exception into a problem document.</summary>
internal sealed class ProblemExceptionHandler(DiskSpace disk, ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    private const string RetryAfterSeconds = "5";

    // A person must act first.
    private const string DiskRetryAfterSeconds = "60";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        try
        {
            await HandleAsync(httpContext, exception);
        }
        catch (Exception gone) when (
            gone is OperationCanceledException or IOException && httpContext.RequestAborted.IsCancellationRequested)
        {
            // The client closed the connection while the problem was written.
        }

        return true;
    }

    private async Task HandleAsync(HttpContext httpContext, Exception exception)
    {
        switch (exception)
        {
            case Failure failure:
                if (failure is { Kind: FailureKind.Unavailable, InnerException: { } cause })
                {
                    logger.LogWarning("A request failed with {Code}: {Reason}", failure.Code, ReasonOf(cause));
                }

                await ProblemWriter.WriteAsync(httpContext, failure);
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest }:
            // The server reports the size of a chunk that is too large for a number in this way.
            case IOException { InnerException: OverflowException }:
                await ProblemWriter.WriteAsync(
                    httpContext, Failure.Invalid(new RequestFault("bad_request", "The request breaks the rules of HTTP.", "")));
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                // The service does not wait for the rest of the body.
                httpContext.Response.Headers.Connection = "close";
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status408RequestTimeout);
                break;
            case BadHttpRequestException bad:
                await ProblemWriter.WriteAsync(httpContext, bad.StatusCode);
                break;
            case OperationCanceledException or IOException when httpContext.RequestAborted.IsCancellationRequested:
            case ConnectionResetException:
                // The client is gone. The status is for the log only.
                httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                break;
            case var _ when DatabaseFault.Find(exception) is { } fault && DatabaseFault.IsDiskFull(fault):
                logger.LogError(
                    "The disk of the database is full. Free space on it, or make it larger: {Reason}", DatabaseFault.ReasonOf(fault));
                disk.ReportFull();
                httpContext.Response.Headers.RetryAfter = DiskRetryAfterSeconds;
                await ProblemWriter.WriteAsync(
                    httpContext,
                    StatusCodes.Status503ServiceUnavailable,
                    "database_full",
                    "The disk of the database is full. Nothing was changed, and reads still work. The operator must free space on it, or "
                    + "make it larger.");
                break;
            case var _ when DatabaseFault.Find(exception) is { } fault && DatabaseFault.IsUnavailable(fault):
                await WriteUnavailableAsync(httpContext, fault);
                break;
            default:
                logger.LogError(exception, "A request failed");
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status500InternalServerError);
                break;
        }
    }

    private Task WriteUnavailableAsync(HttpContext context, NpgsqlException fault)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        if (DatabaseFault.AdviceOf(fault) is not { } advice)
        {
            logger.LogWarning("The database is not available: {Reason}", DatabaseFault.ReasonOf(fault));
            return ProblemWriter.WriteAsync(context, StatusCodes.Status503ServiceUnavailable);
        }

        logger.LogWarning("No connection to the database is free: {Reason}. {Advice}", DatabaseFault.ReasonOf(fault), advice);
        return ProblemWriter.WriteAsync(
            context,
            StatusCodes.Status503ServiceUnavailable,
            "too_many_connections",
            $"No connection to the database is free. Try again in a few seconds. If this goes on, the operator has to act: {advice}");
    }

    private static string ReasonOf(Exception cause) =>
        DatabaseFault.Find(cause) is { } fault ? DatabaseFault.ReasonOf(fault) : cause.Message;
}

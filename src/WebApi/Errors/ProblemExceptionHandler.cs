using System.Data.Common;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace CleanWorkspace.WebApi.Errors;

/// <summary>The one place where exceptions become problem documents.</summary>
internal sealed class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    private const string RetryAfterSeconds = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        try
        {
            await HandleAsync(httpContext, exception);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && httpContext.RequestAborted.IsCancellationRequested)
        {
            // The client left while it was told what is wrong, which is its own affair.
        }

        return true;
    }

    private async Task HandleAsync(HttpContext httpContext, Exception exception)
    {
        switch (exception)
        {
            case InvalidRequestException invalid:
                await ProblemWriter.WriteAsync(httpContext, invalid.Faults);
                break;
            case InvalidFileException file:
                await ProblemWriter.WriteAsync(httpContext, file);
                break;
            case NotFoundException missing:
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status404NotFound, missing.Code, missing.Message);
                break;
            case PreconditionFailedException:
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status412PreconditionFailed);
                break;
            case IdempotencyKeyInUseException:
                httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status409Conflict);
                break;
            case ImportInProgressException importing:
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status409Conflict, "import_in_progress", importing.Message);
                break;
            case IdempotencyKeyReusedException:
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status422UnprocessableEntity);
                break;
            case MediaTypeException media:
                await ProblemWriter.WriteAsync(
                    httpContext, StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", media.Message);
                break;
            case ContentionException:
                httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
                await ProblemWriter.WriteAsync(
                    httpContext, StatusCodes.Status503ServiceUnavailable, "too_much_contention", "Other writers keep getting in the way; try again in a few seconds.");
                break;
            case TooManyExportsException exporting:
                httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status503ServiceUnavailable, "too_many_exports", exporting.Message);
                break;
            case ImportOutcomeUnknownException unknown:
                logger.LogWarning("The database went away as an import was committed: {Reason}", unknown.Message);
                await ProblemWriter.WriteAsync(
                    httpContext, StatusCodes.Status503ServiceUnavailable, "import_outcome_unknown",
                    "The database went away at the very end: whether the file was imported is not known. The audit has the import, or not.");
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest }:
                await ProblemWriter.WriteAsync(httpContext, [new RequestFault("bad_request", "The request breaks the rules of HTTP.", "")]);
                break;
            case BadHttpRequestException bad:
                await ProblemWriter.WriteAsync(httpContext, bad.StatusCode);
                break;
            case OperationCanceledException or IOException when httpContext.RequestAborted.IsCancellationRequested:
            case ConnectionResetException:
                // Nobody is left to read an answer; the status is for the log alone.
                httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                break;
            case var _ when DatabaseFault(exception) is { } fault:
                logger.LogWarning("The database cannot be used: {Reason}", (fault as PostgresException)?.MessageText ?? fault.Message);
                httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status503ServiceUnavailable);
                break;
            default:
                logger.LogError(exception, "A request failed");
                await ProblemWriter.WriteAsync(httpContext, StatusCodes.Status500InternalServerError);
                break;
        }
    }

    // Gone for a while, or not migrated yet. EF Core wraps what it takes for transient, and what fails as it writes.
    private static DbException? DatabaseFault(Exception exception) =>
        (exception as DbException ?? exception.InnerException as DbException) is { } fault
        && (fault.IsTransient || fault.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
            ? fault
            : null;
}

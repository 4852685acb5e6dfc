using System.Globalization;
using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.WebApi.Hosting;
using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanWorkspace.WebApi.Errors;

/// <summary>Writes error answers as problem documents (RFC 9457).</summary>
internal static class ProblemWriter
{
    private const string ContentType = "application/problem+json";

    // The problems of answers that have only a status. docs/errors.md lists all codes.
    private static readonly Dictionary<int, (string Code, string Detail)> Statuses = new()
    {
        [400] = ("bad_request", "The service cannot understand the request."),
        [401] = ("authentication_required", "Send an API key or a token as Authorization: Bearer."),
        [404] = ("not_found", "Nothing exists at this address."),
        [405] = ("method_not_allowed", "This address does not support the method. See the Allow header."),
        [408] = ("request_timeout", "The body arrived too slowly. Nothing was changed. Use a faster connection."),
        [412] = ("precondition_failed", "A precondition of the request is not met."),
        [413] = ("body_too_large", "The body is larger than 8 MiB."),
        [415] = ("unsupported_media_type", "Send the body as application/json in UTF-8, not compressed."),
        [429] = ("too_many_requests", "This credential sends too many requests. Nothing was changed. Wait for the time in Retry-After."),
        [500] = ("internal_error", "The service failed. The operator finds the cause in the log by the trace id."),
        [503] = ("database_unavailable", "The database is not available. Try again in a few seconds."),
        [504] = ("timed_out", "The request took too long. Check whether it changed anything before you send it again."),
    };

    private static readonly Dictionary<FailureKind, int> StatusOfKind = new()
    {
        [FailureKind.Invalid] = StatusCodes.Status400BadRequest,
        [FailureKind.BrokenReference] = StatusCodes.Status400BadRequest,
        [FailureKind.Forbidden] = StatusCodes.Status403Forbidden,
        [FailureKind.NotFound] = StatusCodes.Status404NotFound,
        [FailureKind.Conflict] = StatusCodes.Status409Conflict,
        [FailureKind.Gone] = StatusCodes.Status410Gone,
        [FailureKind.PreconditionFailed] = StatusCodes.Status412PreconditionFailed,
        [FailureKind.UnsupportedMediaType] = StatusCodes.Status415UnsupportedMediaType,
        [FailureKind.Unprocessable] = StatusCodes.Status422UnprocessableEntity,
        [FailureKind.Unavailable] = StatusCodes.Status503ServiceUnavailable,
    };

    /// <summary>Writes the problem of a failure.</summary>
    public static Task WriteAsync(HttpContext context, Failure failure)
    {
        if (failure.RetryAfter is { } time)
        {
            context.Response.Headers.RetryAfter = time.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(context, StatusOfKind[failure.Kind], failure.Code, failure.Message, ErrorsOf(failure));
    }

    /// <summary>Writes a problem with the default code and detail of its status.</summary>
    public static Task WriteAsync(HttpContext context, int status) => WriteAsync(context, status, null, null, null);

    /// <summary>Writes a problem with its own code and detail.</summary>
    public static Task WriteAsync(HttpContext context, int status, string code, string detail) =>
        WriteAsync(context, status, code, detail, null);

    /// <summary>Writes the problem of an answer that has a status but no body, such as a 404 for an unknown path.</summary>
    public static Task WriteAsync(StatusCodeContext context) =>
        WriteAsync(context.HttpContext, context.HttpContext.Response.StatusCode);

    private static Task WriteAsync(
        HttpContext context, int status, string? code, string? detail, IReadOnlyList<ProblemError>? errors)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        var (statusCode, statusDetail) = Statuses.GetValueOrDefault(
            status, (JsonNamingPolicy.SnakeCaseLower.ConvertName(title), title));
        code ??= statusCode;
        var problem = new Problem
        {
            Type = $"{context.Request.PathBase.ToUriComponent()}{Documentation.ErrorsPath}#{code}",
            Title = title,
            Status = status,
            Detail = detail ?? statusDetail,
            Instance = context.Request.Path.HasValue ? context.Request.PathBase + context.Request.Path : "/",
            Code = code,
            TraceId = TraceId.Of(context),
            Errors = errors,
        };

        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(problem, WorkspaceJson.Options, ContentType, context.RequestAborted);
    }

    private static ProblemError[]? ErrorsOf(Failure failure) => failure.Faults.Count == 0
        ? null
        :
        [
            .. failure.Faults.Select(fault => new ProblemError
            {
                Pointer = fault.Pointer, Parameter = fault.Parameter, Line = fault.Line, Code = fault.Code, Detail = fault.Detail,
            }),
        ];
}

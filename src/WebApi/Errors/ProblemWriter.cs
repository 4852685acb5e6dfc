using System.Globalization;
using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.WebApi.Json;
using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanWorkspace.WebApi.Errors;

/// <summary>Writes error answers as problem documents (RFC 9457).</summary>
internal static class ProblemWriter
{
    private const string ContentType = "application/problem+json";

    // The type is the section of RFC 9110 that defines the status. Code and detail are defaults; docs/errors.md lists all codes.
    private static readonly Dictionary<int, (string Type, string Code, string Detail)> Statuses = new()
    {
        [400] = (Rfc9110("15.5.1"), "bad_request", "The service cannot understand the request."),
        [401] = (Rfc9110("15.5.2"), "authentication_required", "Send an API key or a token as Authorization: Bearer."),
        [403] = (Rfc9110("15.5.4"), "forbidden", "The credential does not allow this operation."),
        [404] = (Rfc9110("15.5.5"), "not_found", "Nothing exists at this address."),
        [405] = (Rfc9110("15.5.6"), "method_not_allowed", "This address does not support the method. See the Allow header."),
        [408] = (Rfc9110("15.5.9"), "request_timeout", "The body arrived too slowly. Nothing was changed. Use a faster connection."),
        [409] = (Rfc9110("15.5.10"), "conflict", "Another request conflicts with this one. Try again after it has ended."),
        [412] = (Rfc9110("15.5.13"), "precondition_failed", "A precondition of the request is not met."),
        [413] = (Rfc9110("15.5.14"), "body_too_large", "The body is larger than 8 MiB."),
        [415] = (Rfc9110("15.5.16"), "unsupported_media_type", "Send the body as application/json in UTF-8, not compressed."),
        [422] = (Rfc9110("15.5.21"), "unprocessable", "The service cannot process the request."),
        [429] = (
            "https://www.rfc-editor.org/rfc/rfc6585#section-4",
            "too_many_requests",
            "This credential sends too many requests. Nothing was changed. Wait for the time in Retry-After."),
        [500] = (Rfc9110("15.6.1"), "internal_error", "The service failed. The operator finds the cause in the log by the trace id."),
        [503] = (Rfc9110("15.6.4"), "database_unavailable", "The database is not available. Try again in a few seconds."),
        [504] = (Rfc9110("15.6.5"), "timed_out", "The request took too long. Check whether it changed anything before you send it again."),
    };

    private static readonly Dictionary<FailureKind, int> StatusOfKind = new()
    {
        [FailureKind.Invalid] = StatusCodes.Status400BadRequest,
        [FailureKind.BrokenReference] = StatusCodes.Status400BadRequest,
        [FailureKind.NotFound] = StatusCodes.Status404NotFound,
        [FailureKind.Conflict] = StatusCodes.Status409Conflict,
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
        var (type, statusCode, statusDetail) = Statuses.GetValueOrDefault(
            status, ("about:blank", JsonNamingPolicy.SnakeCaseLower.ConvertName(title), title));
        var problem = new Problem
        {
            Type = type,
            Title = title,
            Status = status,
            Detail = detail ?? statusDetail,
            Instance = context.Request.Path.HasValue ? context.Request.PathBase + context.Request.Path : "/",
            Code = code ?? statusCode,
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

    private static string Rfc9110(string section) => $"https://www.rfc-editor.org/rfc/rfc9110#section-{section}";
}

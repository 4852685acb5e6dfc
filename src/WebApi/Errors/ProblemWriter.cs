using System.Text.Json;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Json;
using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanWorkspace.WebApi.Errors;

/// <summary>Writes every answer that is not a success.</summary>
internal static class ProblemWriter
{
    private const string ContentType = "application/problem+json";

    // The type is the section of RFC 9110 that defines the status; docs/errors.md lists the codes.
    private static readonly Dictionary<int, (string Type, string Code, string Detail)> Statuses = new()
    {
        [400] = (Rfc9110("15.5.1"), "bad_request", "The request could not be understood."),
        [401] = (Rfc9110("15.5.2"), "authentication_required", "Send an API key or a token as Authorization: Bearer."),
        [403] = (Rfc9110("15.5.4"), "forbidden", "The credential does not allow this."),
        [404] = (Rfc9110("15.5.5"), "not_found", "There is nothing at this address."),
        [405] = (Rfc9110("15.5.6"), "method_not_allowed", "This address does not answer to this method; the Allow header lists those it does."),
        [408] = (Rfc9110("15.5.9"), "request_timeout", "The request took too long to arrive."),
        [409] = (Rfc9110("15.5.10"), "idempotency_key_in_use", "A request with this idempotency key is still running; send this one again in a few seconds for its answer."),
        [412] = (Rfc9110("15.5.13"), "precondition_failed", "The resource has changed since it was read. Read it again, and decide anew."),
        [413] = (Rfc9110("15.5.14"), "body_too_large", "The body is larger than 8 MiB."),
        [415] = (Rfc9110("15.5.16"), "unsupported_media_type", "Send the body as application/json in UTF-8, not compressed."),
        [422] = (Rfc9110("15.5.21"), "idempotency_key_reused", "This idempotency key stands for another request. Give each request a key of its own."),
        [429] = ("https://www.rfc-editor.org/rfc/rfc6585#section-4", "too_many_requests", "This credential sends more requests than it may. Nothing was done; wait as long as Retry-After says."),
        [500] = (Rfc9110("15.6.1"), "internal_error", "The service failed. The operator finds the cause in the log by the trace id."),
        [503] = (Rfc9110("15.6.4"), "database_unavailable", "The database cannot be used at the moment; try again in a few seconds."),
        [504] = (Rfc9110("15.6.5"), "timed_out", "The request took longer than the service allows. Look whether it changed anything before you try again."),
    };

    /// <summary>Writes a problem of a status with the code and the words that the status has by itself.</summary>
    public static Task WriteAsync(HttpContext context, int status) => WriteAsync(context, status, null, null, null);

    /// <summary>Writes a problem with a code and words of its own.</summary>
    public static Task WriteAsync(HttpContext context, int status, string code, string detail) =>
        WriteAsync(context, status, code, detail, null);

    /// <summary>Writes what is wrong with an invalid request. Faults that all have one code give it to the whole.</summary>
    public static Task WriteAsync(HttpContext context, IReadOnlyList<RequestFault> faults)
    {
        var first = faults[0];
        var isUniform = faults.All(fault => fault.Code == first.Code);
        return WriteAsync(
            context,
            StatusCodes.Status400BadRequest,
            isUniform ? first.Code : "validation_failed",
            faults.Count == 1 ? first.Detail : $"The request has {faults.Count} faults, listed under errors. Nothing was changed.",
            [.. faults.Select(fault => new ProblemError
            {
                Pointer = fault.Pointer, Parameter = fault.Parameter, Code = fault.Code, Detail = fault.Detail,
            })]);
    }

    /// <summary>Writes why a file cannot be read.</summary>
    public static Task WriteAsync(HttpContext context, InvalidFileException file) => WriteAsync(
        context,
        StatusCodes.Status400BadRequest,
        file.Code,
        $"{file.Message} Nothing was changed.",
        [new ProblemError { Line = file.Line, Pointer = file.Line is null ? "" : null, Code = file.Code, Detail = file.Detail }]);

    /// <summary>Gives an answer that has a status but no body, such as that of a path without an operation, its problem.</summary>
    public static Task WriteAsync(StatusCodeContext context) =>
        WriteAsync(context.HttpContext, context.HttpContext.Response.StatusCode);

    private static Task WriteAsync(
        HttpContext context, int status, string? code, string? detail, IReadOnlyList<ProblemError>? errors)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        var (type, statusCode, statusDetail) = Statuses.GetValueOrDefault(status, ("about:blank", JsonNamingPolicy.SnakeCaseLower.ConvertName(title), title));
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

    private static string Rfc9110(string section) => $"https://www.rfc-editor.org/rfc/rfc9110#section-{section}";
}

using System.Globalization;
using System.Reflection;
using CleanWorkspace.Application;
using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.WebApi.Authentication;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Responses;
using CleanWorkspace.WebApi.Transfers;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using NJsonSchema;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Completes the answers of an operation: every status, its media types and its headers.</summary>
/// <remarks>
/// The statuses follow from the form of the operation, so an action does not have to list them. 405 is the answer to a method that a path
/// does not have. An operation has its own method, so it cannot answer 405.
/// </remarks>
internal sealed class ResponseOperationProcessor : IOperationProcessor
{
    private const string ProblemJson = "application/problem+json";

    // Every operation refuses unknown query parameters, checks the credential and its rate, and needs the database.
    private static readonly int[] CommonStatuses = [400, 401, 403, 429, 500, 503];

    /// <summary>Changes the answers of the operation.</summary>
    public bool Process(OperationProcessorContext context)
    {
        var operation = context.OperationDescription.Operation;
        var problem = context.SchemaGenerator.Generate(typeof(Problem), context.SchemaResolver).ActualSchema;
        var declared = operation.Responses.Keys.Where(status => status[0] is '4' or '5').ToList();
        foreach (var status in ErrorStatusesOf(context).Select(Text).Union(declared))
        {
            operation.Responses[status] = new OpenApiResponse
            {
                Content = { [ProblemJson] = new OpenApiMediaType { Schema = new JsonSchema { Reference = problem } } },
            };
        }

        if (IsReadOfResource(context))
        {
            operation.Responses[Text(304)] = new OpenApiResponse();
            operation.Parameters.Add(IfNoneMatch(operation.Parameters.Count + 1));
        }

        var responses = operation.Responses.OrderBy(response => response.Key, StringComparer.Ordinal).ToList();
        operation.Responses.Clear();
        foreach (var (status, response) in responses)
        {
            response.Description = ReasonPhrases.GetReasonPhrase(int.Parse(status, CultureInfo.InvariantCulture));
            operation.Responses[status] = response;
        }

        DescribeFile(context);
        AddHeaders(context);
        return true;
    }

    private static IEnumerable<int> ErrorStatusesOf(OperationProcessorContext context)
    {
        var operation = context.OperationDescription.Operation;
        var action = context.MethodInfo;
        var hasBody = operation.RequestBody is not null;
        var isRepeatable = Has(operation, IdempotencyHeader.Name);
        return
        [
            .. CommonStatuses,
            .. If(context.OperationDescription.Path.Contains('{', StringComparison.Ordinal), 404),
            .. If(hasBody, 408, 415),
            .. If(hasBody && !action.IsDefined(typeof(DisableRequestSizeLimitAttribute)), 413),
            .. If(Has(operation, EntityTags.IfMatch), 412),
            .. If(isRepeatable, 409, 422),
            .. If(!action.IsDefined(typeof(DisableRequestTimeoutAttribute)), 504),
        ];
    }

    private static int[] If(bool holds, params int[] statuses) => holds ? statuses : [];

    private static bool Has(OpenApiOperation operation, string header) =>
        operation.Parameters.Any(parameter => parameter.Kind == OpenApiParameterKind.Header && parameter.Name == header);

    private static bool IsReadOfResource(OperationProcessorContext context) =>
        context.OperationDescription.Method == OpenApiOperationMethod.Get && IsResource(TypeOf(context, 200));

    private static bool IsResource(Type? type) => type?.IsAssignableTo(typeof(IResource)) == true;

    private static Type? TypeOf(OperationProcessorContext context, int status) =>
        context.MethodInfo.GetCustomAttributes<ProducesResponseTypeAttribute>()
            .SingleOrDefault(answer => answer.StatusCode == status)?.Type;

    private static OpenApiParameter IfNoneMatch(int position) => new()
    {
        Name = HeaderNames.IfNoneMatch,
        OriginalName = "ifNoneMatch",
        Kind = OpenApiParameterKind.Header,
        Description = "The entity tags that the client has. If the resource still has one of them, the answer is 304 without a body.",
        Schema = new JsonSchema { Type = JsonObjectType.String },
        Position = position,
    };

    // The answer of an operation with its own media types is an export.
    private static void DescribeFile(OperationProcessorContext context)
    {
        if (context.MethodInfo.GetCustomAttribute<ProducesAttribute>()?.ContentTypes is not { } types)
        {
            return;
        }

        var file = context.OperationDescription.Operation.Responses[Text(200)];
        file.Content.Clear();
        foreach (var type in types)
        {
            file.Content[type] = new OpenApiMediaType { Schema = Binary() };
        }

        Add(file, HeaderNames.ContentDisposition, "The name of the file.");
        Add(file, ExportResult.EventsNext, "The token for `after` of `GET /events`. It continues the file with every later change.");
    }

    private static JsonSchema Binary() => new() { Type = JsonObjectType.String, Format = JsonFormatStrings.Binary };

    private static void AddHeaders(OperationProcessorContext context)
    {
        var operation = context.OperationDescription.Operation;
        foreach (var (status, response) in operation.Responses)
        {
            var type = TypeOf(context, int.Parse(status, CultureInfo.InvariantCulture));
            if (IsResource(type) || status == "304")
            {
                Add(response, HeaderNames.ETag, "The entity tag of the resource, for If-Match and If-None-Match.");
            }

            if (type is { IsGenericType: true } && type.GetGenericTypeDefinition() == typeof(ListResponse<>))
            {
                Add(response, HeaderNames.Link, "The links to the next and the previous page (RFC 8288). Absent if there are none.");
            }

            // Without a valid credential there is no limit to tell.
            if (status != "401")
            {
                Add(
                    response,
                    RequestLimit.RestHeader,
                    "The requests that the credential has left, and the seconds until it gets more, such as `\"default\";r=499;t=1`. "
                    + "Absent if the service has no limit.");
                Add(
                    response,
                    RequestLimit.PolicyHeader,
                    "The limit of the credential: requests and seconds, such as `\"default\";q=500;w=1`. Absent if the service has none.");
            }

            switch (status)
            {
                case "201":
                    Add(response, HeaderNames.Location, "The absolute URL of the new resource.");
                    break;
                case "202" when type == typeof(ImportJobResponse):
                    Add(response, HeaderNames.Location, "The absolute URL of the job.");
                    break;
                case "401" or "403":
                    Add(response, HeaderNames.WWWAuthenticate, "The reason of the refusal (RFC 6750).");
                    break;
                case "429":
                    Add(response, HeaderNames.RetryAfter, "The seconds to wait before the next attempt.", JsonObjectType.Integer);
                    break;
                case "503":
                case "409" when Has(operation, IdempotencyHeader.Name):
                    Add(
                        response,
                        HeaderNames.RetryAfter,
                        "The seconds to wait before the next attempt. Absent if a repetition may not be safe or may not help.",
                        JsonObjectType.Integer);
                    break;
            }
        }
    }

    private static void Add(OpenApiResponse response, string name, string description, JsonObjectType type = JsonObjectType.String) =>
        response.Headers[name] = new OpenApiHeader { Description = description, Schema = new JsonSchema { Type = type } };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}

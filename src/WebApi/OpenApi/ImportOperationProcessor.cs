using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Transfers;
using NJsonSchema;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Names the formats in which a file is taken, and that of the report, which also comes with a 400 where rows were refused.</summary>
internal sealed class ImportOperationProcessor : IOperationProcessor
{
    private static readonly string[] StatusesOfReports = ["200", "400"];

    public bool Process(OperationProcessorContext context)
    {
        if (context.MethodInfo.GetParameters().All(parameter => parameter.ParameterType != typeof(IAsyncEnumerable<ImportRow>)))
        {
            return true;
        }

        var operation = context.OperationDescription.Operation;
        operation.RequestBody!.Content.Clear();
        operation.RequestBody.Content[MediaTypes.Csv] = Binary();
        operation.RequestBody.Content[MediaTypes.Ndjson] = Binary();
        foreach (var status in StatusesOfReports)
        {
            operation.Responses[status].Content[MediaTypes.Ndjson] = Binary();
        }

        return true;
    }

    private static OpenApiMediaType Binary() => new() { Schema = new JsonSchema { Type = JsonObjectType.String, Format = JsonFormatStrings.Binary } };
}

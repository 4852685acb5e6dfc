using CleanWorkspace.WebApi.Transfers;
using NJsonSchema;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Adds the media types of an import: of the file, and of the report in the answers 200 and 422.</summary>
internal sealed class ImportOperationProcessor : IOperationProcessor
{
    private static readonly string[] ReportStatuses = ["200", "422"];

    /// <summary>Changes the operation if it imports a file.</summary>
    public bool Process(OperationProcessorContext context)
    {
        if (context.MethodInfo.GetParameters().All(parameter => parameter.ParameterType != typeof(ImportFile)))
        {
            return true;
        }

        var operation = context.OperationDescription.Operation;
        operation.RequestBody!.Content.Clear();
        operation.RequestBody.Content[MediaTypes.Csv] = Binary();
        operation.RequestBody.Content[MediaTypes.Ndjson] = Binary();
        foreach (var status in ReportStatuses)
        {
            operation.Responses[status].Content[MediaTypes.Ndjson] = Binary();
        }

        return true;
    }

    private static OpenApiMediaType Binary() =>
        new() { Schema = new JsonSchema { Type = JsonObjectType.String, Format = JsonFormatStrings.Binary } };
}

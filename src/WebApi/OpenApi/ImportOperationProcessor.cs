using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Transfers;
using NJsonSchema;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Adds the media types of an import: of the file, and of the report in the answers 200 and 422.</summary>
/// <remarks>
/// The report has several JSON objects, so a generated client must not read it as one. It is described as a file. The schemas of its
/// lines stand beside it, under the name that OpenAPI 3.2 has for them.
/// </remarks>
internal sealed class ImportOperationProcessor : IOperationProcessor
{
    private static readonly string[] ReportStatuses = ["200", "422"];

    private static readonly Type[] LineTypes = [typeof(ImportRefusal), typeof(ImportSummary)];

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
        var lines = LineTypes.Select(type => AddLine(context, type)).ToList();
        foreach (var status in ReportStatuses)
        {
            var report = Binary();
            report.Schema.ExtensionData = new Dictionary<string, object?>
            {
                ["x-itemSchema"] = new Dictionary<string, object> { ["oneOf"] = lines },
            };
            operation.Responses[status].Content[MediaTypes.Ndjson] = report;
        }

        return true;
    }

    // Adds the schema and returns a reference to it. A line has all properties.
    private static Dictionary<string, string> AddLine(OperationProcessorContext context, Type type)
    {
        var schema = context.SchemaGenerator.Generate(type, context.SchemaResolver).ActualSchema;
        foreach (var property in schema.Properties.Values)
        {
            property.IsRequired = true;
        }

        return new Dictionary<string, string> { ["$ref"] = $"#/components/schemas/{type.Name}" };
    }

    private static OpenApiMediaType Binary() =>
        new() { Schema = new JsonSchema { Type = JsonObjectType.String, Format = JsonFormatStrings.Binary } };
}

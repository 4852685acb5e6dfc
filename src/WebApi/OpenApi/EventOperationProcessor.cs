using CleanWorkspace.WebApi.Controllers;
using CleanWorkspace.WebApi.Events;
using Microsoft.Net.Http.Headers;
using NJsonSchema;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Adds the other media types of the feed of events, and the header of CloudEvents.</summary>
/// <remarks>
/// JSON stays the first media type, because many generators read only the first one. The other generators unite the schemas. So each
/// media type has its own schema: a media type without one would make the whole answer unknown.
/// </remarks>
internal sealed class EventOperationProcessor : IOperationProcessor
{
    /// <summary>Changes the operation if it reads events.</summary>
    public bool Process(OperationProcessorContext context)
    {
        if (context.ControllerType != typeof(EventsController))
        {
            return true;
        }

        var change = context.SchemaGenerator.Generate(typeof(CloudEvent), context.SchemaResolver).ActualSchema;
        var data = change.Properties["data"];
        data.Example = DirectoryDocumentProcessor.ExampleOf(data.ActualTypeSchema);
        var answer = context.OperationDescription.Operation.Responses["200"];
        answer.Content[EventFormat.CloudEvents] = new OpenApiMediaType
        {
            Schema = new JsonSchema { Type = JsonObjectType.Array, Item = new JsonSchema { Reference = change } },
        };
        answer.Content[EventFormat.Stream] = new OpenApiMediaType { Schema = new JsonSchema { Type = JsonObjectType.String } };
        answer.Headers[HeaderNames.Link] = new OpenApiHeader
        {
            Description = "The link to the next page (RFC 8288). Only CloudEvents have it.",
            Schema = new JsonSchema { Type = JsonObjectType.String },
        };
        return true;
    }
}

using CleanWorkspace.WebApi.Requests;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Adds the second media type of the body of a PATCH. The first one stays the first, because generators choose it.</summary>
internal sealed class PatchOperationProcessor : IOperationProcessor
{
    /// <summary>Changes the operation if it is a PATCH.</summary>
    public bool Process(OperationProcessorContext context)
    {
        if (context.OperationDescription.Method == OpenApiOperationMethod.Patch)
        {
            var content = context.OperationDescription.Operation.RequestBody!.Content;
            content[BodyRequestFormatter.PatchMediaType] = new OpenApiMediaType { Schema = content.Values.Single().Schema };
        }

        return true;
    }
}

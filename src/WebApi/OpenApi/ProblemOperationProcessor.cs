using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Errors are problem documents, and come with the media type of such.</summary>
internal sealed class ProblemOperationProcessor : IOperationProcessor
{
    public bool Process(OperationProcessorContext context)
    {
        foreach (var (status, response) in context.OperationDescription.Operation.Responses)
        {
            if (status[0] is '4' or '5' && response.Content.Remove("application/json", out var content))
            {
                response.Content["application/problem+json"] = content;
            }
        }

        return true;
    }
}

using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Describes each status, and sets the media types of problem documents and files.</summary>
internal sealed class ResponseOperationProcessor : IOperationProcessor
{
    /// <summary>Changes the answers of the operation.</summary>
    public bool Process(OperationProcessorContext context)
    {
        var files = context.MethodInfo.GetCustomAttribute<ProducesAttribute>()?.ContentTypes;
        foreach (var (status, response) in context.OperationDescription.Operation.Responses)
        {
            response.Description = ReasonPhrases.GetReasonPhrase(int.Parse(status, CultureInfo.InvariantCulture));
            if (status[0] is '4' or '5' && response.Content.Remove("application/json", out var content))
            {
                response.Content["application/problem+json"] = content;
            }
            else if (status[0] is '2' && files is not null && response.Content.Remove("application/json", out var file))
            {
                foreach (var type in files)
                {
                    response.Content[type] = file;
                }
            }
        }

        return true;
    }
}

using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Names what each status means, and gives errors the media type of problem documents, and files those that they have.</summary>
internal sealed class ResponseOperationProcessor : IOperationProcessor
{
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

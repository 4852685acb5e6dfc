using CleanWorkspace.Application;
using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Responses;

/// <summary>The answer 204 to a change of a resource, with its new entity tag.</summary>
internal sealed class ChangedResource(IVersioned resource) : NoContentResult
{
    /// <summary>Sets the header <c>ETag</c>.</summary>
    public override void ExecuteResult(ActionContext context)
    {
        context.HttpContext.Response.Headers.ETag = EntityTags.Of(resource);
        base.ExecuteResult(context);
    }
}

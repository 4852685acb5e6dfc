using CleanWorkspace.Application;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Responses;

/// <summary>A resource that was created in the collection that the request was for, below which it is found.</summary>
internal sealed class NewResource(IResource resource) : CreatedResult((string?)null, resource)
{
    public override void OnFormatting(ActionContext context)
    {
        var request = context.HttpContext.Request;
        var path = new PathString(request.Path.Value!.TrimEnd('/')).Add($"/{resource.Id}");
        Location = UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, path);
        base.OnFormatting(context);
    }
}

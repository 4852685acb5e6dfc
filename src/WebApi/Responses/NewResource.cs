using CleanWorkspace.Application;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Responses;

/// <summary>The answer 201 with a new resource. Its <c>Location</c> is the path of the request and the id.</summary>
internal sealed class NewResource(IResource resource) : CreatedResult((string?)null, resource)
{
    /// <summary>Sets the header <c>Location</c>.</summary>
    public override void OnFormatting(ActionContext context)
    {
        var request = context.HttpContext.Request;
        var path = new PathString(request.Path.Value!.TrimEnd('/')).Add($"/{resource.Id}");
        Location = UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, path);
        base.OnFormatting(context);
    }
}

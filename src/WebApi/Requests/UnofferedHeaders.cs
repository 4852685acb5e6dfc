using CleanWorkspace.Application.Requests;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Net.Http.Headers;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Refuses headers that ask for something that the operation does not offer. If they were ignored, a client could rely on a condition
/// that nobody checks.
/// </summary>
/// <remarks>
/// A server may ignore the other headers of this kind: <c>Range</c> and <c>If-Range</c> (RFC 9110, sections 14.2 and 13.1.5), the
/// conditions of time on a read of a resource without <c>Last-Modified</c> (sections 13.1.3 and 13.1.4), and <c>Prefer</c> (RFC 7240).
/// </remarks>
internal sealed class UnofferedHeaders : IResourceFilter
{
    // Some servers take the method of a POST from one of these.
    private static readonly string[] MethodOverrides = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

    /// <summary>Adds a fault for each such header.</summary>
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var headers = context.HttpContext.Request.Headers;
        var method = context.HttpContext.Request.Method;
        if (headers.IfMatch.Count > 0)
        {
            RefuseUnlessRead(context, EntityTags.IfMatch, "Send it only to operations that change or delete one resource.");
        }

        if (HttpMethods.IsGet(method))
        {
            return;
        }

        if (HttpMethods.IsPost(method))
        {
            foreach (var name in MethodOverrides.Where(headers.ContainsKey))
            {
                Refuse(context, name, "Send the request with the method that you mean.");
            }
        }

        // If-Match takes precedence over the condition of time (section 13.1.4).
        if (headers.IfUnmodifiedSince.Count > 0 && headers.IfMatch.Count == 0)
        {
            Refuse(context, HeaderNames.IfUnmodifiedSince, "Send If-Match with an entity tag instead.");
        }

        if (headers.IfNoneMatch.Count > 0)
        {
            Refuse(context, HeaderNames.IfNoneMatch, "Send it with GET only.");
        }

        if (headers.ContentRange.Count > 0)
        {
            Refuse(context, HeaderNames.ContentRange, "Send the whole body.");
        }

        if (headers.ContainsKey(IdempotencyHeader.Name))
        {
            RefuseUnlessRead(
                context, IdempotencyHeader.Name, "Send it when you create something. Send If-Match so that a change is made once.");
        }
    }

    /// <summary>Does nothing.</summary>
    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }

    private static void RefuseUnlessRead(ResourceExecutingContext context, string header, string remedy)
    {
        var isRead = context.ActionDescriptor.Parameters.Any(parameter =>
            parameter.BindingInfo?.BindingSource == BindingSource.Header && parameter.BindingInfo.BinderModelName == header);
        if (!isRead)
        {
            Refuse(context, header, remedy);
        }
    }

    private static void Refuse(ResourceExecutingContext context, string header, string remedy) =>
        context.ModelState.AddFault(new RequestFault(
            "unsupported_header", $"This operation does not support the header {header}. {remedy}", Parameter: header));
}

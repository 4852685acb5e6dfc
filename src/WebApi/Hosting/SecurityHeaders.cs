using CleanWorkspace.WebApi.Requests;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>The security and cache headers of every answer, and its request id.</summary>
internal static class SecurityHeaders
{
    /// <summary>The header with the trace id of the request. A problem document and the log have the same id.</summary>
    public const string RequestId = "X-Request-Id";

    private const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Sets the headers just before an answer starts, because the exception handler clears earlier headers.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app) =>
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                Set(context);
                return Task.CompletedTask;
            });
            return next(context);
        });

    private static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = ApiPolicy;
        }

        headers.XFrameOptions = "DENY";
        headers[RequestId] = TraceId.Of(context);
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // A client may store an answer that it can revalidate by its entity tag. No other answer may be stored.
        headers.CacheControl = HttpMethods.IsGet(context.Request.Method) && headers.ETag.Count > 0 ? "private, no-cache" : "no-store";
        headers.Remove("Pragma");
        headers.Remove("Expires");
    }
}

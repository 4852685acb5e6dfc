namespace CleanWorkspace.WebApi.Hosting;

/// <summary>What every answer tells browsers and caches to leave alone.</summary>
internal static class SecurityHeaders
{
    private const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'";

    // Last thing before an answer starts: what fails has its headers cleared before, and others put in their place.
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
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // A client may keep what it can ask about again by its entity tag; nobody may keep anything else.
        headers.CacheControl = HttpMethods.IsGet(context.Request.Method) && headers.ETag.Count > 0 ? "private, no-cache" : "no-store";
        headers.Remove("Pragma");
        headers.Remove("Expires");
    }
}

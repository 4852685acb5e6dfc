namespace CleanWorkspace.WebApi.Requests;

/// <summary>Answers HEAD like GET (RFC 9110, section 9.1). The server omits the body.</summary>
internal static class HeadRequests
{
    private static readonly object IsHeadKey = new();

    /// <summary>Passes a HEAD request on as GET.</summary>
    public static Task AnswerAsGet(HttpContext context, RequestDelegate next)
    {
        return HttpMethods.IsHead(context.Request.Method) ? AnswerAsync() : next(context);

        async Task AnswerAsync()
        {
            var method = context.Request.Method;
            context.Request.Method = HttpMethods.Get;
            context.Items[IsHeadKey] = null;
            await next(context);
            // The log shows the original method.
            context.Request.Method = method;
        }
    }

    /// <summary>True if the request was HEAD, so that an expensive body need not be made.</summary>
    public static bool IsHead(HttpContext context) => context.Items.ContainsKey(IsHeadKey);
}

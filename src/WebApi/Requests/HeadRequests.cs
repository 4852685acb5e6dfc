namespace CleanWorkspace.WebApi.Requests;

/// <summary>RFC 9110, section 9.1: what has GET has HEAD. The server knows what was asked for and leaves the body out.</summary>
internal static class HeadRequests
{
    private static readonly object Mark = new();

    public static Task AnswerAsGet(HttpContext context, RequestDelegate next)
    {
        return HttpMethods.IsHead(context.Request.Method) ? AnswerAsync() : next(context);

        async Task AnswerAsync()
        {
            var method = context.Request.Method;
            context.Request.Method = HttpMethods.Get;
            context.Items[Mark] = null;
            await next(context);
            // For the log.
            context.Request.Method = method;
        }
    }

    /// <summary>Whether nobody will see the body, for an answer whose headers are known without the work that it takes.</summary>
    public static bool IsHead(HttpContext context) => context.Items.ContainsKey(Mark);
}

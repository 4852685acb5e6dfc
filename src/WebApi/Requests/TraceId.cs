using System.Diagnostics;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>The id of a request in the log, in problem documents and in the audit.</summary>
internal static class TraceId
{
    /// <summary>Returns the trace id of the request (W3C Trace Context, 32 hexadecimal digits).</summary>
    public static string Of(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
}

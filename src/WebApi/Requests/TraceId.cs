using System.Diagnostics;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>The name by which the log, problem documents and the audit all know a request.</summary>
internal static class TraceId
{
    /// <summary>The id of the trace that the request belongs to (W3C Trace Context, 32 hexadecimal digits).</summary>
    public static string Of(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
}

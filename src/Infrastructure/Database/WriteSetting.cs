using System.Text.Json;
using CleanWorkspace.Application;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The setting <c>workspace.write</c>, in which triggers find on whose behalf a transaction writes.</summary>
internal static class WriteSetting
{
    /// <summary>Its value for what a caller writes in a table.</summary>
    public static string Of(string table, Caller caller) => JsonSerializer.Serialize(new
    {
        resource = table,
        actor = caller.Actor,
        operation = caller.Operation,
        trace_id = caller.TraceId,
    });
}

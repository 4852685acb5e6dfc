using System.Text.Json;
using CleanWorkspace.Application;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The setting <c>workspace.write</c> of a transaction. Triggers read the caller from it (Schema/audit.sql).</summary>
internal static class WriteSetting
{
    /// <summary>Returns the value of the setting.</summary>
    /// <param name="table">The table that the caller writes. It decides on which side the audit records memberships.</param>
    /// <param name="caller">The caller.</param>
    public static string Of(string table, Caller caller) => JsonSerializer.Serialize(new
    {
        resource = table,
        actor = caller.Actor,
        operation = caller.Operation,
        trace_id = caller.TraceId,
        forced = caller.IsForced,
    });
}

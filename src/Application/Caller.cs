namespace CleanWorkspace.Application;

/// <summary>The party that a use case runs for. The audit names it in every entry.</summary>
/// <param name="Actor">
/// <c>key:</c> and the id of an API key, <c>subject:</c> and the subject of a token, or a name without a colon.
/// </param>
/// <param name="Operation">The operationId, or the command of the program.</param>
/// <param name="TraceId">The trace id of the request, as in the log; null outside a request.</param>
public sealed record Caller(string Actor, string Operation, string? TraceId)
{
    /// <summary>The service itself, for work without a caller.</summary>
    public static Caller Service { get; } = new("service", "background", null);
}

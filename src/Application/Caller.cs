namespace CleanWorkspace.Application;

/// <summary>On whose behalf the use cases of a scope run. Every write leaves it in the audit.</summary>
/// <param name="Actor">Who: <c>key:</c> and an API key's id, <c>subject:</c> and a token's subject, or a name without a colon.</param>
/// <param name="Operation">What was asked for: an operationId, or a command of the program.</param>
/// <param name="TraceId">The request's trace id, by which the log names it too; null where there is no request.</param>
public sealed record Caller(string Actor, string Operation, string? TraceId)
{
    /// <summary>The service itself, where it acts on nobody's behalf.</summary>
    public static Caller Service { get; } = new("service", "background", null);
}

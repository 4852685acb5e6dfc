using CleanWorkspace.Application.Callers;

namespace CleanWorkspace.Application;

/// <summary>The party that a use case runs for. The audit names it in every entry.</summary>
/// <param name="Actor">
/// An API key is <c>key:</c> with its id. A token is <c>subject:</c> with its subject. Other callers have a name without a colon.
/// </param>
/// <param name="Operation">The operationId, or the command of the program.</param>
/// <param name="TraceId">The trace id of the request, as in the log; null outside a request.</param>
public sealed record Caller(string Actor, string Operation, string? TraceId)
{
    /// <summary>The service itself, for work without a caller.</summary>
    public static Caller Service { get; } = new("service", "background", null);

    /// <summary>The credential of the request. Commands and the service itself have none.</summary>
    public Credential Credential { get; init; } = Credential.None;

    /// <summary>Whether the caller accepts that the workspace loses its last API key of an admin.</summary>
    public bool IsForced { get; init; }
}

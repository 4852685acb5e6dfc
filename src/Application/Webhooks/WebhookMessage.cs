namespace CleanWorkspace.Application.Webhooks;

/// <summary>A message for an endpoint.</summary>
/// <param name="Url">The address of the endpoint.</param>
/// <param name="Id">The id of the event. The endpoint recognizes a repeated message by it.</param>
/// <param name="Secrets">The secrets that sign the message: the current one, and for 24 hours after a rotation the former one.</param>
/// <param name="Body">The JSON text, UTF-8.</param>
public sealed record WebhookMessage(Uri Url, string Id, IReadOnlyList<string> Secrets, ReadOnlyMemory<byte> Body)
{
    /// <summary>The trace id of the request that caused the event; null without one. A message of the current request needs none.</summary>
    public string? TraceId { get; init; }
}

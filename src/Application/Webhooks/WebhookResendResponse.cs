namespace CleanWorkspace.Application.Webhooks;

/// <summary>What will be sent again.</summary>
public sealed record WebhookResendResponse
{
    /// <summary>The number of new resends. A range of the feed is one resend.</summary>
    /// <example>3</example>
    public required int Resends { get; init; }
}

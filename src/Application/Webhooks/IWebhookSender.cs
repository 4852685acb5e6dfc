namespace CleanWorkspace.Application.Webhooks;

/// <summary>Sends messages to the endpoints of webhooks (Standard Webhooks 1.0).</summary>
public interface IWebhookSender
{
    /// <summary>
    /// Sends a message once and returns what came of it. A refused address, a lost connection and an answer that takes too long are
    /// failed attempts, not exceptions.
    /// </summary>
    Task<WebhookAttempt> SendAsync(WebhookMessage message, CancellationToken cancellationToken);
}

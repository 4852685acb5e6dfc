using System.Text.Json;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>The JSON text of a message, in the form that Standard Webhooks recommends.</summary>
public static class WebhookBody
{
    /// <summary>Returns the text in UTF-8.</summary>
    /// <param name="type">The type of the event.</param>
    /// <param name="timestamp">The time of the event.</param>
    /// <param name="data">The event as the feed shows it.</param>
    public static byte[] Of<T>(string type, DateTimeOffset timestamp, T data) =>
        JsonSerializer.SerializeToUtf8Bytes(new { type, timestamp, data }, WorkspaceJson.Options);
}

using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Events;

namespace CleanWorkspace.WebApi.Events;

/// <summary>An event in the JSON format of CloudEvents 1.0.</summary>
internal static class CloudEvent
{
    /// <summary>Writes an event. Its data is the event as the feed shows it.</summary>
    public static void Write(Utf8JsonWriter json, EventResponse change, HttpContext http)
    {
        json.WriteStartObject();
        json.WriteString("specversion", "1.0");
        json.WriteString("id", change.Id);
        json.WriteString("source", $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}/events");
        json.WriteString("type", change.Type);
        json.WriteString("subject", $"{change.Resource}/{change.ResourceId}");
        json.WritePropertyName("time");
        JsonSerializer.Serialize(json, change.Time, WorkspaceJson.Options);
        json.WriteString("datacontenttype", "application/json");
        json.WritePropertyName("data");
        JsonSerializer.Serialize(json, change, WorkspaceJson.Options);
        json.WriteEndObject();
    }
}

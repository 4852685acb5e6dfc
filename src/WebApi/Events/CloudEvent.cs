using CleanWorkspace.Application.Events;

namespace CleanWorkspace.WebApi.Events;

/// <summary>An event in the JSON format of CloudEvents 1.0.</summary>
internal sealed record CloudEvent
{
    /// <summary>The version of CloudEvents.</summary>
    /// <example>"1.0"</example>
    public required string Specversion { get; init; }

    /// <summary>The id of the event.</summary>
    /// <example>1842.019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required string Id { get; init; }

    /// <summary>The address of the feed.</summary>
    /// <example>https://workspace.example.org/events</example>
    public required string Source { get; init; }

    /// <summary>The type of the event.</summary>
    /// <example>user.updated</example>
    public required string Type { get; init; }

    /// <summary>The kind and the id of the resource.</summary>
    /// <example>users/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required string Subject { get; init; }

    /// <summary>The time of the change (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The media type of the data.</summary>
    /// <example>application/json</example>
    public required string Datacontenttype { get; init; }

    /// <summary>The event as the feed shows it.</summary>
    public required EventResponse Data { get; init; }

    /// <summary>Creates the form of an event.</summary>
    public static CloudEvent Of(EventResponse change, HttpRequest request) => new()
    {
        Specversion = "1.0",
        Id = change.Id,
        Source = $"{request.Scheme}://{request.Host}{request.PathBase}/events",
        Type = change.Type,
        Subject = $"{change.Resource}/{change.ResourceId}",
        Time = change.Time,
        Datacontenttype = "application/json",
        Data = change,
    };
}

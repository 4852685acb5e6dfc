using CleanWorkspace.Application.Events;

namespace CleanWorkspace.WebApi.Events;

/// <summary>Events that follow each other.</summary>
public sealed record EventListResponse
{
    /// <summary>The events, in order. All events of one write are in one answer.</summary>
    public required IReadOnlyList<EventResponse> Results { get; init; }

    /// <summary>The token to continue with. It is there even if there are no events.</summary>
    /// <example>3bVnMzA1OWM2YjMvMTg0Mi8</example>
    public required string Next { get; init; }
}

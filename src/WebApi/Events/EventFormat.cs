namespace CleanWorkspace.WebApi.Events;

/// <summary>The media types of the feed of events.</summary>
internal static class EventFormat
{
    public const string Json = "application/json";
    public const string CloudEvents = "application/cloudevents-batch+json";
    public const string Stream = "text/event-stream";

    private static readonly string[] All = [Json, CloudEvents, Stream];

    /// <summary>Returns the media type that the client prefers; JSON if it names none of them.</summary>
    /// <remarks>Some generated clients name all media types of an operation. The one that they read has the highest quality.</remarks>
    public static string Of(HttpRequest request)
    {
        // Of equal qualities the first in the header wins.
        var preferred = request.GetTypedHeaders().Accept
            .Where(range => range.Quality != 0 && All.Contains(range.MediaType.Value, StringComparer.OrdinalIgnoreCase))
            .MaxBy(range => range.Quality ?? 1);
        return preferred is null ? Json : All.Single(type => preferred.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase));
    }
}

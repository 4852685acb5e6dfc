using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Events;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Events;

/// <summary>Answers with a page of events, or with a stream, as the Accept header asks.</summary>
/// <param name="request">The page.</param>
/// <param name="mediator">Runs the use case.</param>
internal sealed class EventResult(EventsListRequest request, IMediator mediator) : IActionResult
{
    // A long page is sent in parts of about this size.
    private const int FlushSize = 32 * 1024;

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var format = EventFormat.Of(http.Request);
        if (format == EventFormat.Stream)
        {
            await new EventStream(request, mediator, http).RunAsync();
            return;
        }

        await using var page = await mediator.Send(request, http.RequestAborted);
        if (format == EventFormat.CloudEvents)
        {
            http.Response.ContentType = format;
            http.Response.Headers.Link = $"<{LinkTo(http, page.Next)}>; rel=\"next\"";
            await WriteAsync(
                http,
                page,
                json => json.WriteStartArray(),
                (json, change) => JsonSerializer.Serialize(json, CloudEvent.Of(change, http.Request), WorkspaceJson.Options),
                json => json.WriteEndArray());
        }
        else
        {
            http.Response.ContentType = "application/json; charset=utf-8";
            await WriteAsync(
                http,
                page,
                json =>
                {
                    json.WriteStartObject();
                    json.WriteStartArray("results");
                },
                (json, change) => JsonSerializer.Serialize(json, change, WorkspaceJson.Options),
                json =>
                {
                    json.WriteEndArray();
                    json.WriteString("next", page.Next.ToString());
                    json.WriteEndObject();
                });
        }
    }

    private static string LinkTo(HttpContext http, EventToken next)
    {
        var query = http.Request.Query.Where(parameter => parameter.Key != "after")
            .SelectMany(parameter => parameter.Value.Select(value => $"&{parameter.Key}={Uri.EscapeDataString(value ?? "")}"));
        return $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}{http.Request.Path}?after={next}{string.Concat(query)}";
    }

    // If the database fails after the first bytes, the connection is aborted, so that a part is not taken for the whole.
    private static async Task WriteAsync(
        HttpContext http,
        EventPage page,
        Action<Utf8JsonWriter> begin,
        Action<Utf8JsonWriter, EventResponse> write,
        Action<Utf8JsonWriter> end)
    {
        var body = http.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = WorkspaceJson.Options.Encoder });
        begin(json);
        await foreach (var change in page.ReadAsync(http.RequestAborted))
        {
            write(json, change);
            if (json.BytesPending + body.UnflushedBytes > FlushSize)
            {
                await json.FlushAsync(http.RequestAborted);
                await body.FlushAsync(http.RequestAborted);
            }
        }

        end(json);
        await json.FlushAsync(http.RequestAborted);
    }
}

using System.Text;
using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Requests;
using MediatR;

namespace CleanWorkspace.WebApi.Events;

/// <summary>A stream of server-sent events (HTML standard). The id of the last event of each write is the token after it.</summary>
/// <param name="request">Where to begin, and filters.</param>
/// <param name="mediator">Runs the use case.</param>
/// <param name="http">The request.</param>
internal sealed class EventStream(EventsListRequest request, IMediator mediator, HttpContext http)
{
    public const string LastEventId = "Last-Event-ID";

    // A proxy may close a connection that is silent for longer, and a client that is gone is noticed.
    private const int HeartbeatSeconds = 15;

    // Clients come back with the last id. So a deployment, a new role or a revoked key takes effect on long streams, too.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Returns the token in the header Last-Event-ID, or the one of the query if the header is absent.</summary>
    /// <exception cref="Failure">The header is no token.</exception>
    public static EventToken? TokenOf(string? header, EventToken? after) =>
        header is null ? after
        : EventToken.TryParse(header, out var token) ? token
        : throw Failure.Invalid(new RequestFault(
            EventToken.Code, $"Must be sent once, {EventToken.Form}.", Parameter: LastEventId));

    /// <summary>Sends events until the stream has its age, the service stops or the client leaves.</summary>
    public async Task RunAsync()
    {
        // When the service stops, the feed ends its waits. A token that is linked to this one may be cancelled much later.
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        end.CancelAfter(Lifetime);
        // A failure before the first bytes is an ordinary problem document.
        var after = request.After;
        var page = await mediator.Send(request with { Wait = 0 }, end.Token);
        http.Response.ContentType = EventFormat.Stream;
        http.Response.Headers.CacheControl = "no-store";
        // nginx would collect the answer in a buffer.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            while (!end.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                await using (page)
                {
                    await SendAsync(page, after);
                }

                after = page.Next;
                page = await mediator.Send(request with { After = after, Wait = HeartbeatSeconds }, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client resumes with the last id.
        }
        catch (Failure)
        {
            // The client resumes, too, and gets the failure as a problem document.
        }
    }

    private async Task SendAsync(EventPage page, EventToken? after)
    {
        EventResponse? last = null;
        await foreach (var change in page.ReadAsync(http.RequestAborted))
        {
            if (last is not null)
            {
                await SendAsync(last, last.Transaction == change.Transaction ? null : TokenAfter(last));
            }

            last = change;
        }

        // Without events, a comment keeps the connection, and the id lets the client resume from here.
        await (last is null
            ? http.Response.WriteAsync($": nothing new\nid: {page.Next}\n\n", http.RequestAborted)
            : SendAsync(last, page.Next));
        await http.Response.Body.FlushAsync(http.RequestAborted);

        EventToken TokenAfter(EventResponse change) => new(page.Next.Epoch, change.Transaction, after?.Snapshot);
    }

    private Task SendAsync(EventResponse change, EventToken? id)
    {
        var text = new StringBuilder();
        if (id is not null)
        {
            text.Append("id: ").Append(id).Append('\n');
        }

        text.Append("event: ").Append(change.Type).Append('\n')
            .Append("data: ").Append(JsonSerializer.Serialize(change, WorkspaceJson.Options)).Append("\n\n");
        return http.Response.WriteAsync(text.ToString(), http.RequestAborted);
    }
}

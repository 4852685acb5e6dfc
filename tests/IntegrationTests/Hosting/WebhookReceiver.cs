using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>An endpoint of webhooks on this machine. It records all messages. A test decides about its answers.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<WebhookCall> _calls = new();
    private readonly WebApplication _app;

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>The address.</summary>
    public string Url => $"{_app.Urls.Single()}/hook";

    /// <summary>The answer to a message: 204 by default.</summary>
    public Func<WebhookCall, WebhookAnswer> Answer { get; set; } = _ => new WebhookAnswer(204);

    /// <summary>All messages in the order of their arrival.</summary>
    public IReadOnlyList<WebhookCall> Calls => [.. _calls];

    /// <summary>The ids of the events that were accepted, in the order of their arrival.</summary>
    public IReadOnlyList<string> Accepted => [.. _calls.Where(call => call.Answer.Status == 204).Select(call => call.Id)];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Waits until this number of messages has arrived, and returns them.</summary>
    public async Task<IReadOnlyList<WebhookCall>> WaitAsync(int count)
    {
        await UntilAsync(() => _calls.Count >= count);
        return Calls;
    }

    /// <summary>Waits until the condition holds.</summary>
    public async Task UntilAsync(Func<bool> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(
                watch.Elapsed < TimeLimit.OfWait,
                $"Received: {string.Join('\n', Calls.Select(call => $"{call.Id} {call.Body["type"]} {call.Answer.Status}"))}");
            await Task.Delay(20);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        var call = new WebhookCall($"{context.Request.Headers["webhook-id"]}", $"{context.Request.Path}", body)
        {
            TraceParent = $"{context.Request.Headers["traceparent"]}",
        };
        call.Answer = Answer(call);
        _calls.Enqueue(call);
        if (call.Answer.Wait is { } wait)
        {
            await wait;
        }

        context.Response.StatusCode = call.Answer.Status;
        if (call.Answer.RetryAfter is { } retryAfter)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }

        if (call.Answer.Body.Length > 0)
        {
            await context.Response.WriteAsync(call.Answer.Body);
        }
    }
}

/// <summary>A message that arrived.</summary>
/// <param name="Id">The header <c>webhook-id</c>.</param>
/// <param name="Path">The path of the URL.</param>
/// <param name="Body">The body.</param>
internal sealed record WebhookCall(string Id, string Path, JsonObject Body)
{
    /// <summary>The answer.</summary>
    public WebhookAnswer Answer { get; set; } = new(0);

    /// <summary>The header <c>traceparent</c>.</summary>
    public string TraceParent { get; init; } = "";

    /// <summary>The event.</summary>
    public JsonObject Data => Body["data"]!.AsObject();
}

/// <summary>An answer of an endpoint.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
/// <param name="RetryAfter">The header <c>Retry-After</c>, or null.</param>
/// <param name="Wait">The end of this task is awaited before the answer.</param>
internal sealed record WebhookAnswer(int Status, string Body = "", string? RetryAfter = null, Task? Wait = null);

/// <summary>Requests about webhooks.</summary>
internal static class WebhookRequests
{
    private static readonly string[] NewUsers = ["user.created"];

    /// <summary>Creates a webhook for new users.</summary>
    public static async Task<string> CreateWebhookAsync(this TestService service, string url, string state = "enabled") =>
        (await service.PostAsync("/webhook", new { url, state, types = NewUsers })).Id();

    /// <summary>Creates a user.</summary>
    public static Task<JsonObject> CreateUserAsync(this TestService service) => service.PostAsync("/user", new { first_name = "Ada" });

    private static async Task<JsonObject> PostAsync(this TestService service, string path, object body)
    {
        using var answer = await service.Client.PostAsync(new Uri(path, UriKind.Relative), ServiceFixture.ToContent(body));
        Assert.True(answer.IsSuccessStatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
    }

    /// <summary>Creates a webhook that gets events of these types; all without types.</summary>
    public static async Task<JsonObject> CreateWebhookAsync(this ServiceFixture service, WebhookReceiver receiver, params string[] types) =>
        (await service.PostAsync("/webhook", new { url = receiver.Url, types = types.Length == 0 ? null : types })).MustBe(201).Json;

    public static async Task<JsonObject> ReadWebhookAsync(this ServiceFixture service, string id) =>
        (await service.GetAsync($"/webhook/{id}")).MustBe(200).Json;

    /// <summary>Waits until the webhook has a blocked event, or none, and returns the webhook.</summary>
    public static async Task<JsonObject> WaitForBlockAsync(this ServiceFixture service, string id, bool isBlocked = true)
    {
        JsonObject webhook = [];
        await Eventually.BeAsync(
            async () => (webhook = await service.ReadWebhookAsync(id))["blocked_event_id"] is not null == isBlocked, TimeLimit.OfWait);
        return webhook;
    }

    /// <summary>Makes the next attempt due, as if its time had come.</summary>
    public static Task<object?> AdvanceAsync(this ServiceFixture service, string id) =>
        service.ExecuteAsync($"UPDATE webhooks SET next_attempt_at = now() WHERE id = '{id}'");

    /// <summary>Returns the attempts, oldest first.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ReadDeliveriesAsync(this ServiceFixture service, string id, string query = "") =>
    [
        .. (await service.GetAsync($"/webhook/{id}/deliveries?page_size=200&{query}")).MustBe(200).Json["results"]!.AsArray()
            .Select(delivery => delivery!.AsObject()).Reverse(),
    ];
}

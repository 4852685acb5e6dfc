using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class PingWebhookByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_ping_is_sent_at_once_and_its_result_is_answered()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(503, "busy");
        var id = (await service.PostAsync("/webhook", new { url = receiver.Url, state = "disabled" })).MustBe(201).Json.Id();
        var before = await service.ReadWebhookAsync(id);

        var failed = (await service.PostAsync($"/webhook/{id}/ping", "")).MustBe(200).Json;
        receiver.Answer = _ => new WebhookAnswer(204);
        var succeeded = (await service.PostAsync($"/webhook/{id}/ping", "")).MustBe(200).Json;

        Assert.Equal((false, 503, "busy"), ((bool)failed["succeeded"]!, (int)failed["status"]!, (string)failed["answer"]!));
        Assert.Equal((true, 204, ""), ((bool)succeeded["succeeded"]!, (int)succeeded["status"]!, (string)succeeded["answer"]!));
        Assert.All(receiver.Calls, call => Assert.Equal("webhook.ping", (string)call.Body["type"]!));
        Assert.All(receiver.Calls, call => Assert.Equal(id, (string)call.Data["webhook_id"]!));
        Assert.Equal(2, receiver.Calls.Select(call => call.Id).Distinct().Count());
        (await service.ReadWebhookAsync(id)).MustEqual(before);
        Assert.Empty(await service.ReadDeliveriesAsync(id));
    }

    [Fact]
    public async Task A_ping_without_an_answer_tells_the_reason()
    {
        var receiver = await WebhookReceiver.StartAsync();
        var id = (await service.PostAsync("/webhook", new { url = receiver.Url, state = "disabled" })).MustBe(201).Json.Id();
        await receiver.DisposeAsync();

        var result = (await service.PostAsync($"/webhook/{id}/ping", "")).MustBe(200).Json;

        Assert.False((bool)result["succeeded"]!);
        Assert.Null(result["status"]);
        Assert.NotEmpty((string)result["error"]!);
    }

    [Fact]
    public async Task An_unknown_webhook_is_not_found() => (await service.PostAsync($"/webhook/{Bodies.UnknownId}/ping", "")).MustBe(404);
}

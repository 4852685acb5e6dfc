using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class DeleteWebhookByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_deleted_webhook_gets_no_more_events_and_leaves_nothing_behind()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(500);
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        await service.CreateUserAsync();
        await service.WaitForBlockAsync(id);

        (await service.DeleteAsync($"/webhook/{id}")).MustBe(204);

        Assert.Equal("webhook_not_found", (string)(await service.DeleteAsync($"/webhook/{id}")).MustBe(404).Json["code"]!);
        (await service.GetAsync($"/webhook/{id}/deliveries")).MustBe(404);
        Assert.Equal(0L, await service.ExecuteAsync(
            $"SELECT count(*) FROM webhook_cursors AS c LEFT JOIN webhook_deliveries AS d USING (webhook_id) WHERE c.webhook_id = '{id}'"));
        await using var other = await WebhookReceiver.StartAsync();
        await service.CreateWebhookAsync(other, "user.created");
        await service.CreateUserAsync();
        await other.WaitAsync(1);
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task A_webhook_is_deleted_only_in_the_expected_version()
    {
        var id = (await service.PostAsync("/webhook", new { url = "https://hooks.example.org", state = "disabled" })).MustBe(201).Json.Id();
        var request = new HttpRequestMessage(HttpMethod.Delete, $"/webhook/{id}") { Headers = { { "If-Match", "\"7\"" } } };

        (await service.SendAsync(request)).MustBe(412);

        (await service.GetAsync($"/webhook/{id}")).MustBe(200);
    }
}

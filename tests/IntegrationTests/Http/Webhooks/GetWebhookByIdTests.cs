using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class GetWebhookByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_read_webhook_has_no_secret()
    {
        var created = (await service.PostAsync(
            "/webhook", """{"url":"https://hooks.example.org","types":["user.created"],"state":"disabled"}""")).MustBe(201).Json;

        var webhook = (await service.GetAsync($"/webhook/{created.Id()}")).MustBe(200).Json;

        Assert.True(created.Remove("secret"));
        webhook.MustEqual(created);
    }

    [Fact]
    public async Task A_failure_changes_the_entity_tag_but_not_the_time_of_change()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(500);
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        var before = await service.GetAsync($"/webhook/{id}");

        await service.CreateUserAsync();
        await service.WaitForBlockAsync(id);

        var request = new HttpRequestMessage(HttpMethod.Get, $"/webhook/{id}");
        request.Headers.Add("If-None-Match", $"{before.Headers.ETag}");
        var after = (await service.SendAsync(request)).MustBe(200);
        Assert.Equal((string)before.Json["updated_at"]!, (string)after.Json["updated_at"]!);
    }

    [Fact]
    public async Task An_unknown_webhook_is_not_found() =>
        Assert.Equal("webhook_not_found", (string)(await service.GetAsync($"/webhook/{Bodies.UnknownId}")).MustBe(404).Json["code"]!);
}

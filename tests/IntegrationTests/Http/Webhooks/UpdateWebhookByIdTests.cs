using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class UpdateWebhookByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Given_properties_change_and_the_others_stay()
    {
        var webhook = await CreateAsync();
        var path = $"/webhook/{webhook.Id()}";

        var changed = (await service.PatchAsync(path, """{"types":null,"description":null}""")).MustBe(200).Json;

        Assert.Null(changed["types"]);
        Assert.Null(changed["description"]);
        Assert.Equal((string)webhook["url"]!, (string)changed["url"]!);
        Assert.Equal("disabled", (string)changed["state"]!);
        Assert.False(changed.ContainsKey("secret"));
    }

    [Fact]
    public async Task Patch_without_changes_changes_nothing()
    {
        var path = $"/webhook/{(await CreateAsync()).Id()}";
        var before = await service.GetAsync(path);

        Assert.Equal(before.Text, (await service.PatchAsync(path, "{}")).MustBe(200).Text);
        Assert.Equal(before.Headers.ETag, (await service.PatchAsync(path, before.Text)).MustBe(200).Headers.ETag);
    }

    [Theory]
    [InlineData("""{"url":null}""", "/url", "required")]
    [InlineData("""{"url":"hooks"}""", "/url", "invalid_url")]
    [InlineData("""{"types":["key"]}""", "/types/0", "unknown_event_type")]
    [InlineData("""{"group_id":"019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"}""", "/group_id", "unknown_user_group")]
    [InlineData("""{"state":"off"}""", "/state", "invalid_state")]
    [InlineData("""{"created_at":"2026-11-23T12:00:00Z"}""", "/created_at", "read_only")]
    public async Task A_refused_change_names_its_fault_and_changes_nothing(string body, string pointer, string code)
    {
        var path = $"/webhook/{(await CreateAsync()).Id()}";
        var before = (await service.GetAsync(path)).Text;

        (await service.PatchAsync(path, body)).MustRefuse((pointer, code));

        Assert.Equal(before, (await service.GetAsync(path)).Text);
    }

    [Fact]
    public async Task The_events_of_a_disabled_webhook_wait_until_it_is_enabled()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        var first = (await service.CreateUserAsync()).Id();
        await receiver.WaitAsync(1);
        (await service.PatchAsync($"/webhook/{id}", new { state = "disabled" })).MustBe(200);
        await Eventually.BeAsync(async () => await service.ExecuteAsync(
            $"SELECT leased_until IS NULL FROM webhook_cursors WHERE webhook_id = '{id}'") is true);
        var second = (await service.CreateUserAsync()).Id();
        await EventReader.StartAsync(service);
        Assert.Single(receiver.Calls);

        (await service.PatchAsync($"/webhook/{id}", new { state = "enabled" })).MustBe(200);

        Assert.Equal([first, second], (await receiver.WaitAsync(2)).Select(call => (string)call.Data["resource_id"]!));
    }

    [Fact]
    public async Task A_changed_filter_selects_the_first_event_after_the_change()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        var expected = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            expected.Add((await service.CreateUserAsync()).Id());
            await receiver.WaitAsync(expected.Count);
            (await service.PatchAsync($"/webhook/{id}", """{"types":["group.created"]}""")).MustBe(200);
            expected.Add((await service.CreateGroupAsync()).Id());
            await receiver.WaitAsync(expected.Count);
            (await service.PatchAsync($"/webhook/{id}", """{"types":["user.created"]}""")).MustBe(200);
        }

        Assert.Equal(expected, receiver.Calls.Select(call => (string)call.Data["resource_id"]!));
    }

    [Fact]
    public async Task A_new_url_is_tried_at_once()
    {
        await using var broken = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        broken.Answer = _ => new WebhookAnswer(503, RetryAfter: "3600");
        var id = (await service.CreateWebhookAsync(broken, "user.created")).Id();
        var user = (await service.CreateUserAsync()).Id();
        await service.WaitForBlockAsync(id);

        var changed = (await service.PatchAsync($"/webhook/{id}", new { url = receiver.Url })).MustBe(200).Json;

        Assert.Null(changed["blocked_event_id"]);
        Assert.Null(changed["failing_since"]);
        Assert.Equal(user, (string)(await receiver.WaitAsync(1)).Single().Data["resource_id"]!);
        Assert.Single(broken.Calls);
    }

    [Fact]
    public async Task A_group_may_be_kept_after_it_was_deleted()
    {
        var group = (await service.CreateGroupAsync()).Id();
        var webhook = (await service.PostAsync(
            "/webhook", new { url = "https://hooks.example.org", group_id = group, state = "disabled" })).MustBe(201).Json;
        (await service.DeleteAsync($"/auth/group/{group}")).MustBe(204);

        var read = await service.GetAsync($"/webhook/{webhook.Id()}");
        Assert.Equal(group, (string)(await service.PatchAsync($"/webhook/{webhook.Id()}", read.Text)).MustBe(200).Json["group_id"]!);
    }

    [Fact]
    public async Task An_unknown_webhook_is_not_found() => (await service.PatchAsync($"/webhook/{Bodies.UnknownId}", "{}")).MustBe(404);

    private async Task<JsonObject> CreateAsync() => (await service.PostAsync(
        "/webhook",
        """{"url":"https://hooks.example.org","types":["user.created"],"description":"intranet","state":"disabled"}""")).MustBe(201).Json;
}

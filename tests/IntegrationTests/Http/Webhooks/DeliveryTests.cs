using System.Globalization;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

/// <summary>The promises of the delivery: nothing is lost, and the order of the feed is kept.</summary>
public sealed class DeliveryTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Every_event_of_concurrent_writers_arrives_once_and_in_the_order_of_the_feed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var reader = await EventReader.StartAsync(service);
        await service.CreateWebhookAsync(receiver);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(WriteAsync));
        var last = (await service.CreateUserAsync(new { first_name = "Last" })).Id();

        var events = await reader.ReadUntilAsync(events => events.Any(change => change.IsOf("user.created", last)));
        await receiver.UntilAsync(() => receiver.Calls.Count >= events.Count);
        Assert.Equal(events.Select(change => (string)change["id"]!), receiver.Calls.Select(call => call.Id));
    }

    [Fact]
    public async Task Only_selected_events_arrive()
    {
        await using var byType = await WebhookReceiver.StartAsync();
        await using var byGroup = await WebhookReceiver.StartAsync();
        await using var byBoth = await WebhookReceiver.StartAsync();
        var group = (await service.CreateGroupAsync()).Id();
        await EventReader.StartAsync(service);
        await service.CreateWebhookAsync(byType, "user.deleted", "group.deleted");
        (await service.PostAsync("/webhook", new { url = byGroup.Url, group_id = group })).MustBe(201);
        var types = new JsonArray("user.created", "group.deleted");
        var both = new JsonObject { ["url"] = byBoth.Url, ["group_id"] = group, ["types"] = types };
        (await service.PostAsync("/webhook", both)).MustBe(201);

        var user = (await service.CreateUserAsync(new { user_groups = new[] { group } })).Id();
        await service.CreateGroupAsync(new { users = new[] { user } });
        (await service.PatchAsync($"/auth/group/{group}", new { name = "New" })).MustBe(200);
        (await service.DeleteAsync($"/user/{user}")).MustBe(204);
        (await service.DeleteAsync($"/auth/group/{group}")).MustBe(204);

        Assert.Equal(["user.deleted", "group.deleted"], await TypesAsync(byType, 2));
        Assert.Equal(
            ["group.members_changed", "group.updated", "group.members_changed", "group.deleted"], await TypesAsync(byGroup, 4));
        Assert.Equal(["group.deleted"], await TypesAsync(byBoth, 1));
    }

    [Fact]
    public async Task An_import_arrives_whole()
    {
        const int Count = 2000;
        await using var receiver = await WebhookReceiver.StartAsync();
        await service.CreateWebhookAsync(receiver, "user.created", "import.finished");
        var rows = Enumerable.Range(0, Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"imported{i}@example.org"));

        (await service.ImportAsync(string.Join('\n', rows.Prepend("email")))).MustBe(200);

        await receiver.UntilAsync(() => receiver.Calls.Count > Count);
        Assert.Equal(Count + 1, receiver.Calls.Select(call => call.Id).Distinct().Count());
        Assert.Equal("import.finished", (string)receiver.Calls[Count].Body["type"]!);
        Assert.Equal(
            rows.Order(StringComparer.Ordinal),
            receiver.Calls.Take(Count).Select(call => (string)call.Data["changes"]!["email"]!["to"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_failed_event_is_tried_again_and_later_events_wait_for_it()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(500);
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        await service.CreateUsersAsync(3);

        var blocked = await service.WaitForBlockAsync(id);
        var wait = TimeOf(blocked, "next_attempt_at") - TimeOf(blocked, "failing_since");
        receiver.Answer = _ => new WebhookAnswer(204);
        // The second attempt comes by itself after 5 seconds.
        var calls = await receiver.WaitAsync(4);

        Assert.InRange(wait, TimeSpan.FromSeconds(4.9), TimeSpan.FromSeconds(10));
        Assert.Equal((string)blocked["blocked_event_id"]!, calls[0].Id);
        Assert.Equal(calls[0].Id, calls[1].Id);
        Assert.Equal(calls[0].Body.ToJsonString(), calls[1].Body.ToJsonString());
        Assert.Equal(3, receiver.Accepted.Distinct().Count());
        var healthy = await service.WaitForBlockAsync(id, isBlocked: false);
        Assert.Null(healthy["failing_since"]);
        Assert.Null(healthy["next_attempt_at"]);
    }

    [Fact]
    public async Task After_days_of_failures_the_delivery_goes_on_where_it_stood()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(500);
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        var users = await service.CreateUsersAsync(2);

        // 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, and then every day.
        double[] minutes = [5.0 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440, 1440, 1440];
        for (var attempt = 1; attempt <= minutes.Length; attempt++)
        {
            IReadOnlyList<JsonObject> deliveries = [];
            await Eventually.BeAsync(
                async () => (deliveries = await service.ReadDeliveriesAsync(id)).Count == attempt, TimeLimit.OfWait);
            var delivery = deliveries[^1];
            Assert.Equal(attempt, (int)delivery["attempt"]!);
            Assert.InRange(
                (TimeOf(delivery, "next_attempt_at") - TimeOf(delivery, "time")).TotalMinutes,
                minutes[attempt - 1] - 0.01,
                (minutes[attempt - 1] * 1.1) + 0.2);
            await service.AdvanceAsync(id);
        }

        receiver.Answer = _ => new WebhookAnswer(204);
        await service.AdvanceAsync(id);
        await receiver.UntilAsync(() => receiver.Accepted.Count >= 2);
        Assert.Equal(users, receiver.Calls.Where(call => call.Answer.Status == 204).Select(call => (string)call.Data["resource_id"]!));
    }

    [Theory]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(404)]
    public async Task Only_a_2xx_is_a_success(int status)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(status);
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();

        await service.CreateUserAsync();

        await service.WaitForBlockAsync(id);
        Assert.Equal(status, (int)Assert.Single(await service.ReadDeliveriesAsync(id, "succeeded=false"))["status"]!);
    }

    [Fact]
    public async Task Retry_After_is_honoured()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(429, RetryAfter: "3600");
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();

        await service.CreateUserAsync();

        var blocked = await service.WaitForBlockAsync(id);
        Assert.InRange(
            (TimeOf(blocked, "next_attempt_at") - TimeOf(blocked, "failing_since")).TotalSeconds, 3599, (3600 * 1.1) + 10);
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_disables_its_webhook_and_loses_nothing()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(410);
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        var user = (await service.CreateUserAsync()).Id();

        JsonObject webhook = [];
        await Eventually.BeAsync(async () => (string)(webhook = await service.ReadWebhookAsync(id))["state"]! == "disabled");

        Assert.Contains("410", (string)webhook["disabled_reason"]!, StringComparison.Ordinal);
        var entry = (await service.GetAsync($"/auth/audit?resource={id}")).MustBe(200).Json["results"]!.AsArray()[0]!;
        Assert.Equal(("service", "Webhooks_deliver"), ((string)entry["actor"]!, (string)entry["operation"]!));
        Assert.Equal("disabled", (string)entry["changes"]!["state"]!["to"]!);
        receiver.Answer = _ => new WebhookAnswer(204);
        var enabled = (await service.PatchAsync($"/webhook/{id}", new { state = "enabled" })).MustBe(200).Json;
        Assert.Null(enabled["disabled_reason"]);
        Assert.Equal(user, (string)(await receiver.WaitAsync(2))[1].Data["resource_id"]!);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_delays_no_other_one()
    {
        await using var hanging = await WebhookReceiver.StartAsync();
        await using var healthy = await WebhookReceiver.StartAsync();
        var end = new TaskCompletionSource();
        hanging.Answer = _ => new WebhookAnswer(204, Wait: end.Task);
        await service.CreateWebhookAsync(hanging, "user.created");
        await service.CreateWebhookAsync(healthy, "user.created");
        await service.CreateUserAsync();
        await hanging.WaitAsync(1);
        await healthy.WaitAsync(1);

        await service.CreateUsersAsync(3);

        await healthy.WaitAsync(4);
        Assert.Single(hanging.Calls);
        end.SetResult();
        await hanging.WaitAsync(4);
    }

    [Fact]
    public async Task A_webhook_whose_events_were_removed_says_so_and_goes_on_at_the_oldest_event()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var other = await TestService.StartAsync(
            database.ConnectionString, ("Webhooks:AllowedNetworks", "127.0.0.0/8"), ("Serilog:MinimumLevel:Default", "Fatal"));
        var id = await other.CreateWebhookAsync(receiver.Url, "disabled");
        await other.CreateUserAsync();
        await other.CreateUserAsync();
        await database.ExecuteAsync(
            """
            UPDATE event_epochs SET removed_until = (SELECT min(position) FROM audit_entries WHERE resource = 'users');
            UPDATE webhook_cursors SET position = 0;
            UPDATE webhooks SET state = 'enabled'
            """);

        await Eventually.BeAsync(async () => await database.ExecuteAsync(
            "SELECT count(*) FROM webhooks WHERE state = 'disabled' AND disabled_reason LIKE 'Events were removed%'") is 1L);
        Assert.Empty(receiver.Calls);

        await database.ExecuteAsync("UPDATE webhooks SET state = 'enabled'");
        var calls = await receiver.WaitAsync(1);
        Assert.Equal("user.created", (string)calls[0].Body["type"]!);
        Assert.NotEmpty(id);
    }

    private async Task WriteAsync(int writer)
    {
        var user = (await service.CreateUserAsync(new { first_name = $"W{writer}" })).Id();
        for (var i = 0; i < 10; i++)
        {
            (await service.PatchAsync($"/user/{user}", new { last_name = $"{i}" })).MustBe(200);
            var group = (await service.CreateGroupAsync(new { users = new[] { user } })).Id();
            if (i % 3 == 0)
            {
                (await service.DeleteAsync($"/auth/group/{group}")).MustBe(204);
            }
        }
    }

    private static async Task<IEnumerable<string>> TypesAsync(WebhookReceiver receiver, int count) =>
        (await receiver.WaitAsync(count)).Select(call => (string)call.Body["type"]!);

    private static DateTimeOffset TimeOf(JsonObject json, string property) => DateTimeOffset.Parse((string)json[property]!, null);
}

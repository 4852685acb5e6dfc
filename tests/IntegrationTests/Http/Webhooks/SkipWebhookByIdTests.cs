using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class SkipWebhookByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_skipped_event_lets_the_next_one_pass_and_can_be_resent()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var refused = "Refused";
        receiver.Answer = call => new WebhookAnswer(
            (string?)call.Data["changes"]!["first_name"]!["to"] == refused ? 422 : 204);
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        var bad = (await service.CreateUserAsync(new { first_name = refused })).Id();
        var good = (await service.CreateUserAsync(new { first_name = "Good" })).Id();
        var blocked = (string)(await service.WaitForBlockAsync(id))["blocked_event_id"]!;
        Assert.EndsWith(bad, blocked, StringComparison.Ordinal);

        (await service.PostAsync($"/webhook/{id}/skip", "")).MustBe(200);

        await receiver.UntilAsync(() => receiver.Accepted.Count == 1);
        Assert.EndsWith(good, receiver.Accepted.Single(), StringComparison.Ordinal);
        Assert.Equal(2, receiver.Calls.Count);
        Assert.Null((await service.WaitForBlockAsync(id, isBlocked: false))["failing_since"]);
        refused = "";
        var selection = new { failed_since = DateTimeOffset.UtcNow.AddHours(-1).ToString("O") };
        await Eventually.BeAsync(
            async () => (int)(await service.PostAsync($"/webhook/{id}/resend", selection)).MustBe(202).Json["resends"]! == 1);
        await receiver.UntilAsync(() => receiver.Accepted.Count == 2);
        Assert.Equal(blocked, receiver.Accepted[1]);
    }

    [Fact]
    public async Task Without_a_blocked_event_nothing_is_skipped()
    {
        var id = (await service.PostAsync("/webhook", new { url = "https://hooks.example.org", state = "disabled" })).MustBe(201).Json.Id();

        Assert.Equal("nothing_blocked", (string)(await service.PostAsync($"/webhook/{id}/skip", "")).MustBe(409).Json["code"]!);

        (await service.PostAsync($"/webhook/{Bodies.UnknownId}/skip", "")).MustBe(404);
    }
}

using System.Globalization;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class ResendWebhookByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task One_event_is_sent_again_with_the_same_id()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        await service.CreateUsersAsync(3);
        var calls = await receiver.WaitAsync(3);

        var answer = (await ResendAsync(id, new { event_id = calls[1].Id })).MustBe(202).Json;

        Assert.Equal(1, (int)answer["resends"]!);
        var again = (await receiver.WaitAsync(4))[3];
        Assert.Equal(calls[1].Id, again.Id);
        Assert.Equal(calls[1].Body.ToJsonString(), again.Body.ToJsonString());
        await MustHaveNoOpenResendAsync(id);
    }

    [Fact]
    public async Task A_range_of_the_feed_is_sent_again_in_order()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        await service.CreateUserAsync();
        await receiver.WaitAsync(1);
        var after = await EndAsync();
        await service.CreateUsersAsync(2);
        await service.CreateGroupAsync();
        var calls = await receiver.WaitAsync(3);
        var until = await EndAsync();
        await service.CreateUserAsync();
        await receiver.WaitAsync(4);
        await EndAsync();
        await Eventually.BeAsync(async () => await service.CountAsync($"/webhook/{id}/deliveries") == 4);

        Assert.Equal(1, (int)(await ResendAsync(id, new { after, until })).MustBe(202).Json["resends"]!);

        Assert.Equal([calls[1].Id, calls[2].Id], (await receiver.WaitAsync(6)).Skip(4).Select(call => call.Id));
        await MustHaveNoOpenResendAsync(id);
        Assert.Equal(1, (int)(await ResendAsync(id, new { after })).MustBe(202).Json["resends"]!);
        Assert.Equal(3, (await receiver.WaitAsync(9)).Skip(6).Select(call => call.Id).Distinct().Count());
        Assert.Equal(0, (int)(await ResendAsync(id, new { after = "now" })).MustBe(202).Json["resends"]!);
        await MustHaveNoOpenResendAsync(id);
        Assert.Equal(9, receiver.Calls.Count);
    }

    [Fact]
    public async Task Events_whose_last_attempt_failed_are_sent_again_once()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(500);
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        await service.CreateUsersAsync(2);
        var skipped = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            string? blocked = null;
            await Eventually.BeAsync(async () =>
                (blocked = (string?)(await service.ReadWebhookAsync(id))["blocked_event_id"]) is not null && !skipped.Contains(blocked));
            skipped.Add(blocked!);
            (await service.PostAsync($"/webhook/{id}/skip", "")).MustBe(200);
        }

        await service.WaitForBlockAsync(id, isBlocked: false);
        receiver.Answer = _ => new WebhookAnswer(204);
        var start = DateTimeOffset.UtcNow.AddHours(-1).ToString("O", CultureInfo.InvariantCulture);
        Assert.Equal(2, (int)(await ResendAsync(id, new { failed_since = start })).MustBe(202).Json["resends"]!);

        await receiver.UntilAsync(() => receiver.Accepted.Count == 2);
        Assert.Equal(skipped, receiver.Accepted);
        await MustHaveNoOpenResendAsync(id);
        Assert.Equal(0, (int)(await ResendAsync(id, new { failed_since = start })).MustBe(202).Json["resends"]!);
    }

    [Fact]
    public async Task A_resend_comes_before_events_that_wait()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        await service.CreateUserAsync();
        var first = (await receiver.WaitAsync(1)).Single().Id;
        (await service.PatchAsync($"/webhook/{id}", new { state = "disabled" })).MustBe(200);
        await service.CreateUserAsync();

        (await ResendAsync(id, new { event_id = first })).MustBe(202);
        (await service.PatchAsync($"/webhook/{id}", new { state = "enabled" })).MustBe(200);

        var calls = await receiver.WaitAsync(3);
        Assert.Equal(first, calls[1].Id);
        Assert.NotEqual(first, calls[2].Id);
    }

    [Fact]
    public async Task At_most_1000_resends_wait()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        await service.CreateUserAsync();
        var call = (await receiver.WaitAsync(1)).Single();
        (await service.PatchAsync($"/webhook/{id}", new { state = "disabled" })).MustBe(200);
        await service.ExecuteAsync(
            $"""
            INSERT INTO webhook_resends (id, webhook_id, position, skip, until_position)
            SELECT gen_random_uuid(), '{id}', 1, 0, 1 FROM generate_series(1, 1000)
            """);

        (await ResendAsync(id, new { event_id = call.Id })).MustRefuse(("", "too_many"));
    }

    [Theory]
    [InlineData("""{}""", "", "contradiction")]
    [InlineData("""{"after":"now","failed_since":"2026-11-23T12:00:00Z"}""", "", "contradiction")]
    [InlineData("""{"until":"now"}""", "", "contradiction")]
    [InlineData("""{"failed_since":"2026-11-23T12:00:00Z","until":"now"}""", "", "contradiction")]
    [InlineData("""{"event_id":"1"}""", "/event_id", "invalid_event_id")]
    [InlineData("""{"event_id":null}""", "/event_id", "invalid_event_id")]
    [InlineData("""{"event_id":"1.019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"}""", "/event_id", "unknown_event")]
    [InlineData("""{"event_id":"999999999999.019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"}""", "/event_id", "unknown_event")]
    [InlineData("""{"after":"abc"}""", "/after", "invalid_token")]
    [InlineData("""{"after":"now","until":null}""", "/until", "invalid_token")]
    [InlineData("""{"failed_since":"yesterday"}""", "/failed_since", "invalid_time")]
    public async Task A_wrong_selection_is_refused(string body, string pointer, string code)
    {
        var id = (await service.PostAsync("/webhook", new { url = "https://hooks.example.org", state = "disabled" })).MustBe(201).Json.Id();

        (await ResendAsync(id, body)).MustRefuse((pointer, code));
    }

    [Fact]
    public async Task Removed_events_and_unknown_webhooks_are_refused()
    {
        var id = (await service.PostAsync("/webhook", new { url = "https://hooks.example.org", state = "disabled" })).MustBe(201).Json.Id();
        await service.CreateUserAsync();
        var token = await EndAsync();
        await service.CreateUserAsync();
        await EndAsync();
        await service.ExecuteAsync("UPDATE event_epochs SET removed_until = (SELECT last_value FROM write_positions)");

        await Eventually.BeAsync(async () => (await ResendAsync(id, new { after = token })).Status == 410);

        await service.ExecuteAsync("UPDATE event_epochs SET removed_until = 0");
        (await ResendAsync(Bodies.UnknownId, new { after = "now" })).MustBe(404);
    }

    [Fact]
    public async Task A_webhook_that_is_deleted_meanwhile_is_not_found()
    {
        var id = (await service.PostAsync("/webhook", new { url = "https://hooks.example.org", state = "disabled" })).MustBe(201).Json.Id();
        var reader = await EventReader.StartAsync(service);
        var user = (await service.CreateUserAsync()).Id();
        var events = await reader.ReadUntilAsync(events => events.Any(change => change.IsOf("user.created", user)));
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var deletion = await connection.BeginTransactionAsync();
        await using (var delete = new NpgsqlCommand($"DELETE FROM webhooks WHERE id = '{id}'", connection))
        {
            await delete.ExecuteNonQueryAsync();
        }

        var resending = ResendAsync(id, new { event_id = (string)events[^1]["id"]! });
        await Eventually.BeAsync(async () => (long)(await service.ExecuteAsync(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO webhook_resends%'
            """))! == 1);
        await deletion.CommitAsync();

        Assert.Equal("webhook_not_found", (string)(await resending).MustBe(404).Json["code"]!);
    }

    private Task<Answer> ResendAsync(string id, object body) => service.PostAsync($"/webhook/{id}/resend", body);

    // The token after all writes so far.
    private async Task<string> EndAsync() => (await EventReader.StartAsync(service)).Next;

    private Task MustHaveNoOpenResendAsync(string id) => Eventually.BeAsync(
        async () => await service.ExecuteAsync($"SELECT count(*) FROM webhook_resends WHERE webhook_id = '{id}'") is 0L);
}

using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class ListWebhookDeliveriesByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Every_attempt_is_listed_with_its_answer_and_the_time_of_the_next_one()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => new WebhookAnswer(500, new string('x', 5000));
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        await service.CreateUserAsync();
        var webhook = await service.WaitForBlockAsync(id);
        receiver.Answer = _ => new WebhookAnswer(204);
        await service.AdvanceAsync(id);
        await service.WaitForBlockAsync(id, isBlocked: false);

        var deliveries = await service.ReadDeliveriesAsync(id);

        Assert.Equal(2, deliveries.Count);
        var (failed, succeeded) = (deliveries[0], deliveries[1]);
        Assert.Equal((1, 500), ((int)failed["attempt"]!, (int)failed["status"]!));
        Assert.Equal(new string('x', 4096), (string)failed["answer"]!);
        Assert.Equal((string)webhook["next_attempt_at"]!, (string)failed["next_attempt_at"]!);
        Assert.Equal((2, 204, true), ((int)succeeded["attempt"]!, (int)succeeded["status"]!, (bool)succeeded["succeeded"]!));
        Assert.Null(succeeded["next_attempt_at"]);
        Assert.All(deliveries, delivery => Assert.Equal((string)webhook["blocked_event_id"]!, (string)delivery["event_id"]!));
        Assert.All(deliveries, delivery => Assert.Equal("user.created", (string)delivery["type"]!));
        Assert.Equal(500, (int)Assert.Single(await service.ReadDeliveriesAsync(id, "succeeded=false"))["status"]!);
        Assert.Equal(204, (int)Assert.Single(await service.ReadDeliveriesAsync(id, "succeeded=true"))["status"]!);
    }

    [Fact]
    public async Task Attempts_are_listed_newest_first_in_pages()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = (await service.CreateWebhookAsync(receiver, "user.created")).Id();
        await service.CreateUsersAsync(5);
        await receiver.WaitAsync(5);
        await Eventually.BeAsync(async () => await service.CountAsync($"/webhook/{id}/deliveries") == 5);

        var ids = await service.ReadIdsAsync($"/webhook/{id}/deliveries", pageSize: 2);
        var pages = await service.FollowAsync($"/webhook/{id}/deliveries?page_size=2&page=3", ListPages.Previous);

        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), ids);
        Assert.Equal(5, ids.Length);
        Assert.Equal(ids, Enumerable.Reverse(pages).SelectMany(page => page.Ids()));
        Assert.Equal(ids[2..4], (await service.ReadListAsync($"/webhook/{id}/deliveries?page_size=2&page=2")).Ids());
    }

    [Fact]
    public async Task Old_attempts_are_removed()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using (await TestService.StartAsync(database.ConnectionString))
        {
            await database.ExecuteAsync(
                """
                INSERT INTO webhooks (id, url, state, secret) VALUES (gen_random_uuid(), 'https://a.example.org', 'disabled', 'whsec_');
                INSERT INTO webhook_deliveries (id, webhook_id, event_id, resource_id, type, position, attempt, time, duration_ms,
                    succeeded, answer)
                SELECT (lpad(to_hex((extract(epoch FROM now() - age) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid, w.id,
                    '1', gen_random_uuid(), 'user.created', 1, 1, now() - age, 1, true, ''
                FROM webhooks AS w, unnest(ARRAY[interval '31 days', interval '29 days']) AS age
                """);
        }

        await using var service = await TestService.StartAsync(database.ConnectionString);

        await Eventually.BeAsync(async () => await database.ExecuteAsync("SELECT count(*) FROM webhook_deliveries") is 1L);
        Assert.Equal(1L, await database.ExecuteAsync("SELECT count(*) FROM webhook_deliveries WHERE time > now() - interval '30 days'"));
    }

    [Fact]
    public async Task A_wrong_filter_is_refused()
    {
        var path = $"/webhook/{Bodies.UnknownId}/deliveries";

        (await service.GetAsync($"{path}?succeeded=maybe")).MustRefuseParameters("succeeded");
        (await service.GetAsync($"{path}?status=500")).MustRefuseParameters("status");
        (await service.GetAsync(path)).MustBe(404);
    }
}

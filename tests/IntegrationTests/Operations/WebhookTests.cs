using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Webhooks when instances stop, die and share the work.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _receiver = await WebhookReceiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_restart_goes_on_where_the_delivery_stood_and_repeats_nothing()
    {
        await using (var first = await StartAsync())
        {
            await first.CreateWebhookAsync(_receiver.Url);
            for (var i = 0; i < 20; i++)
            {
                await first.CreateUserAsync();
            }

            await _receiver.WaitAsync(5);
        }

        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM webhook_cursors WHERE leased_until IS NOT NULL"));
        await using var second = await StartAsync();
        await second.CreateUserAsync();

        var ids = await AllIdsAsync();
        await _receiver.UntilAsync(() => _receiver.Calls.Count >= ids.Length);
        Assert.Equal(ids, _receiver.Calls.Select(call => call.Id));
    }

    [Fact]
    public async Task The_webhooks_of_a_killed_instance_go_on_when_its_leases_have_run_out()
    {
        await using (var killed = await StartAsync())
        {
            await killed.CreateWebhookAsync(_receiver.Url);
            await killed.CreateUserAsync();
            await _receiver.WaitAsync(1);
        }

        // As if the instance had not given its lease back.
        await _database.ExecuteAsync(
            "UPDATE webhook_cursors SET lease = gen_random_uuid(), leased_until = now() + interval '1 hour'");
        await using var next = await StartAsync();
        await next.CreateUserAsync();
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Single(_receiver.Calls);

        await _database.ExecuteAsync("UPDATE webhook_cursors SET leased_until = now()");

        var ids = await AllIdsAsync();
        await _receiver.UntilAsync(() => _receiver.Calls.Count >= ids.Length);
        Assert.Equal(ids, _receiver.Calls.Select(call => call.Id));
    }

    [Fact]
    public async Task An_instance_that_lost_its_lease_changes_nothing_any_more()
    {
        var end = new TaskCompletionSource();
        _receiver.Answer = _ => new WebhookAnswer(500, Wait: end.Task);
        await using var service = await StartAsync();
        await service.CreateWebhookAsync(_receiver.Url);
        await service.CreateUserAsync();
        await _receiver.WaitAsync(1);

        await _database.ExecuteAsync(
            "UPDATE webhook_cursors SET lease = gen_random_uuid(), leased_until = now() + interval '1 hour'");
        end.SetResult();

        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM webhook_deliveries"));
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM webhooks WHERE failing_since IS NOT NULL"));
        Assert.Single(_receiver.Calls);
    }

    [Fact]
    public async Task Two_instances_share_the_webhooks_and_deliver_each_event_once()
    {
        const int Webhooks = 16;
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        for (var i = 0; i < Webhooks; i++)
        {
            await first.CreateWebhookAsync($"{_receiver.Url}/{i}", "disabled");
        }

        await _database.ExecuteAsync("UPDATE webhooks SET state = 'enabled'");
        await Eventually.BeAsync(async () => await _database.ExecuteAsync(
            "SELECT count(*) FROM webhook_cursors WHERE leased_until > now()") is (long)Webhooks);
        Assert.Equal(2L, await _database.ExecuteAsync("SELECT count(DISTINCT lease) FROM webhook_cursors"));
        await Task.WhenAll(Enumerable.Range(0, 10).SelectMany(_ => new[] { first.CreateUserAsync(), second.CreateUserAsync() }));

        var ids = await AllIdsAsync();
        await _receiver.UntilAsync(() => _receiver.Calls.Count >= ids.Length * Webhooks);
        var paths = _receiver.Calls.GroupBy(call => call.Path).ToList();
        Assert.Equal(Webhooks, paths.Count);
        Assert.All(paths, calls => Assert.Equal(ids, calls.Select(call => call.Id)));
    }

    [Fact]
    public async Task Events_after_a_restore_have_no_id_of_the_lost_history()
    {
        await using var service = await StartAsync();
        await service.CreateUserAsync();
        var before = (long)(await _database.ExecuteAsync("SELECT max(position) FROM audit_entries"))!;

        await _database.ExecuteAsync("UPDATE event_epochs SET source = 'another database'");
        await Eventually.BeAsync(async () => await _database.ExecuteAsync("SELECT count(*) FROM event_epochs") is 2L);
        await service.CreateUserAsync();

        var after = (long)(await _database.ExecuteAsync("SELECT max(position) FROM audit_entries"))!;
        Assert.InRange(after - before, 1L << 32, (1L << 32) + 10);
    }

    // The ids of the events that a webhook for new users gets.
    private async Task<string[]> AllIdsAsync() => (string[])(await _database.ExecuteAsync(
        "SELECT array_agg(position || '.' || resource_id ORDER BY position) FROM audit_entries WHERE resource = 'users'"))!;

    private Task<TestService> StartAsync() => TestService.StartAsync(
        _database.ConnectionString, ("Webhooks:AllowedNetworks", "127.0.0.0/8"), ("Serilog:MinimumLevel:Default", "Fatal"));
}

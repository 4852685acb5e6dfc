using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Events;

public sealed class EventTokenTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_token_expires_with_the_events_after_it()
    {
        var token = (await EventReader.StartAsync(service)).Next;
        await service.ExecuteAsync("UPDATE event_epochs SET removed_until = 1000000000000");

        await MustBeGoneAsync(token, "expired");

        await service.ExecuteAsync("UPDATE event_epochs SET removed_until = 0");
        await MustBeUsableAsync(token);
    }

    [Fact]
    public async Task Old_entries_are_removed_and_their_tokens_expire()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using (var service = await TestService.StartAsync(database.ConnectionString))
        {
            using var created = await service.Client.PostAsync(
                new Uri("/user", UriKind.Relative), ServiceFixture.ToContent(new { first_name = "A" }));
            Assert.True(created.IsSuccessStatusCode);
        }

        // The first run after the start removes what is too old by now.
        var clock = new ShiftedClock();
        clock.Advance(TimeSpan.FromDays(30));
        await using var later = await TestService.StartAsync(database.ConnectionString, clock, ("Audit:RetentionDays", "20"));
        await Eventually.BeAsync(
            async () => (long)(await database.ExecuteAsync("SELECT count(*) FROM audit_entries WHERE resource = 'users'"))! == 0);

        Assert.True((long)(await database.ExecuteAsync("SELECT max(removed_until) FROM event_epochs"))! > 0);
    }

    [Fact]
    public async Task A_token_of_a_database_that_was_replaced_is_gone()
    {
        var token = (await EventReader.StartAsync(service)).Next;
        await service.ExecuteAsync("UPDATE event_epochs SET source = 'another database'");
        await Eventually.BeAsync(
            async () => (long)(await service.ExecuteAsync("SELECT count(*) FROM event_epochs"))! == 2, TimeLimit.OfWait);
        await service.ExecuteAsync("UPDATE event_epochs SET starts_after = -1 WHERE number = 2");

        await MustBeGoneAsync(token, "epoch_changed");

        // Up to here both databases have the same history.
        await service.ExecuteAsync("UPDATE event_epochs SET starts_after = 1000000000000 WHERE number = 2");
        await MustBeUsableAsync(token);
    }

    [Fact]
    public async Task A_token_of_another_service_is_gone()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var other = await TestService.StartAsync(database.ConnectionString);
        var page = await other.Client.GetStringAsync(new Uri("/events?after=now", UriKind.Relative));

        await MustBeGoneAsync(JsonNode.Parse(page)!["next"]!.ToString(), "epoch_changed");
    }

    [Fact]
    public async Task A_token_after_the_last_write_of_the_database_is_gone()
    {
        var token = (await EventReader.StartAsync(service)).Next;
        var last = await service.ExecuteAsync("SELECT last_value FROM write_positions");
        await service.ExecuteAsync("SELECT setval('write_positions', 1)");

        await MustBeGoneAsync(token, "ahead_of_server");

        await service.ExecuteAsync($"SELECT setval('write_positions', {last})");
        await MustBeUsableAsync(token);
    }

    private async Task MustBeGoneAsync(string token, string code)
    {
        await Eventually.BeAsync(async () => (await service.GetAsync($"/events?after={token}")).Status == 410, TimeLimit.OfWait);
        var problem = (await service.GetAsync($"/events?after={token}")).MustBe(410).Json;
        Assert.Equal(code, (string)problem["code"]!);
        Assert.Contains("oldest usable token", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    private Task MustBeUsableAsync(string token) => Eventually.BeAsync(
        async () => (await service.GetAsync($"/events?after={token}")).Status == 200, TimeLimit.OfWait);
}

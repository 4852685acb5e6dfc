using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.ApiKeys;

public sealed class DeleteKeyByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_deleted_key_is_refused_within_five_seconds()
    {
        var token = await service.CreateTokenAsync("viewer");
        var other = await service.CreateTokenAsync("viewer");
        (await service.SendAsAsync(token, HttpMethod.Get, "/user")).MustBe(200);

        (await service.DeleteAsync($"/auth/key/{Guid.ParseExact(token.Split('_')[1], "N")}")).MustBe(204);

        // The key stays in use, like a stolen key.
        var watch = Stopwatch.StartNew();
        Answer answer;
        while ((answer = await service.SendAsAsync(token, HttpMethod.Get, "/user")).Status == 200)
        {
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, Promise);
            await Task.Delay(50);
        }

        Assert.Equal("invalid_credential", (string)answer.MustBe(401).Json["code"]!);
        (await service.SendAsAsync(other, HttpMethod.Get, "/user")).MustBe(200);
    }

    [Fact]
    public async Task A_key_that_is_deleted_during_a_slow_look_up_is_refused()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        var clock = new ShiftedClock();
        await using var slow = await TestService.StartAsync(database.ConnectionString, clock, ("Authentication:Required", "true"));
        slow.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await slow.CreateTokenAsync("viewer"));
        await database.ExecuteAsync(
            """
            ALTER TABLE api_keys RENAME TO stored_keys;
            ALTER TABLE stored_keys DISABLE TRIGGER USER;
            CREATE VIEW api_keys AS SELECT * FROM stored_keys WHERE pg_sleep(1) IS NOT NULL;
            """);
        var request = slow.Client.GetAsync(new Uri("/user", UriKind.Relative));
        await Eventually.BeAsync(async () => await database.ExecuteAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'") is not 0L);

        await database.ExecuteAsync("DELETE FROM stored_keys");
        clock.Advance(Promise);

        using var answer = await request;
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_second_delete_is_not_found()
    {
        var path = $"/auth/key/{(await service.PostAsync("/auth/key", new { name = "ops", role = "guest" })).MustBe(201).Json.Id()}";

        (await service.DeleteAsync(path)).MustBe(204);

        Assert.Equal("api_key_not_found", (string)(await service.DeleteAsync(path)).MustBe(404).Json["code"]!);
        (await service.GetAsync(path)).MustBe(404);
    }
}

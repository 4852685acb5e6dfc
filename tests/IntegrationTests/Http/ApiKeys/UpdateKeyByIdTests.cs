using System.Diagnostics;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Http.ApiKeys;

public sealed class UpdateKeyByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Given_properties_change_and_the_others_stay()
    {
        var key = await CreateAsync();

        var changed = (await service.PatchAsync($"/auth/key/{key.Id()}", new { name = "new", role = "EDITOR" })).MustBe(200).Json;

        Assert.Equal("new", (string)changed["name"]!);
        Assert.Equal("editor", (string)changed["role"]!);
        Assert.Equal("2999-01-01T00:00:00.000000Z", (string)changed["expires_at"]!);
        Assert.Null((await service.PatchAsync($"/auth/key/{key.Id()}", """{"expires_at":null}""")).MustBe(200).Json["expires_at"]);
    }

    [Fact]
    public async Task Patch_without_changes_changes_nothing()
    {
        var path = $"/auth/key/{(await CreateAsync()).Id()}";
        var before = await service.GetAsync(path);

        Assert.Equal(before.Text, (await service.PatchAsync(path, "{}")).MustBe(200).Text);
        Assert.Equal(before.Headers.ETag, (await service.PatchAsync(path, before.Text)).MustBe(200).Headers.ETag);
    }

    [Theory]
    [InlineData("""{"name":null}""", "/name", "required")]
    [InlineData("""{"role":"owner"}""", "/role", "invalid_role")]
    [InlineData("""{"expires_at":"31.1.2027"}""", "/expires_at", "invalid_time")]
    [InlineData("""{"last_used_at":"2026-11-23T12:00:00Z"}""", "/last_used_at", "read_only")]
    [InlineData("""{"token":"cwk_"}""", "/token", "unknown_property")]
    public async Task A_refused_change_names_its_fault_and_changes_nothing(string body, string pointer, string code)
    {
        var path = $"/auth/key/{(await CreateAsync()).Id()}";
        var before = (await service.GetAsync(path)).Text;

        (await service.PatchAsync(path, body)).MustRefuse((pointer, code));

        Assert.Equal(before, (await service.GetAsync(path)).Text);
    }

    [Fact]
    public async Task A_changed_role_or_expiry_takes_effect_within_five_seconds()
    {
        var token = await service.CreateTokenAsync("guest");
        var path = $"/auth/key/{Guid.ParseExact(token.Split('_')[1], "N")}";
        (await service.SendAsAsync(token, HttpMethod.Get, "/user")).MustBe(403);

        (await service.PatchAsync(path, new { role = "viewer" })).MustBe(200);
        await BecomesAsync(200);

        (await service.PatchAsync(path, new { expires_at = "2026-01-01T00:00:00Z" })).MustBe(200);
        Assert.Equal("expired_credential", (string)(await BecomesAsync(401)).Json["code"]!);

        async Task<Answer> BecomesAsync(int status)
        {
            var watch = Stopwatch.StartNew();
            Answer answer;
            while ((answer = await service.SendAsAsync(token, HttpMethod.Get, "/user")).Status != status)
            {
                Assert.InRange(watch.Elapsed, TimeSpan.Zero, Promise);
                await Task.Delay(50);
            }

            return answer;
        }
    }

    [Fact]
    public async Task An_unknown_key_is_not_found() => (await service.PatchAsync($"/auth/key/{Bodies.UnknownId}", "{}")).MustBe(404);

    private async Task<JsonObject> CreateAsync() =>
        (await service.PostAsync("/auth/key", new { name = "ops", role = "guest", expires_at = "2999-01-01T00:00:00Z" })).MustBe(201).Json;

    [Fact]
    public async Task A_change_whose_connection_is_lost_is_answered_503_and_changes_nothing()
    {
        var key = (await service.PostAsync("/auth/key", new { name = "before", role = "viewer" })).MustBe(201).Json.Id();
        await using var other = new NpgsqlConnection(service.ConnectionString);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand($"SELECT FROM api_keys WHERE id = '{key}' FOR UPDATE", other, transaction))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var change = service.PatchAsync($"/auth/key/{key}", new { name = "after" });
        await Eventually.BeAsync(async () => await service.ExecuteAsync(
            """
            SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE api_keys%'
            """) is true);

        var answer = (await change.WithinLimitAsync()).MustBe(503);
        Assert.Equal("database_unavailable", (string)answer.Json["code"]!);
        Assert.NotNull(answer.Headers.RetryAfter);
        await transaction.RollbackAsync();
        Assert.Equal("before", (string)(await service.GetAsync($"/auth/key/{key}")).MustBe(200).Json["name"]!);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.ApiKeys;

public sealed class GetApiKeyByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_read_key_has_no_token()
    {
        var created = (await service.PostAsync("/auth/key", new { name = "ops", role = "guest" })).MustBe(201).Json;

        var key = (await service.GetAsync($"/auth/key/{created.Id()}")).MustBe(200).Json;

        Assert.True(created.Remove("token"));
        Assert.Equal(created.ToJsonString(), key.ToJsonString());
    }

    [Fact]
    public async Task An_unknown_key_is_not_found() =>
        Assert.Equal("api_key_not_found", (string)(await service.GetAsync($"/auth/key/{Bodies.UnknownId}")).MustBe(404).Json["code"]!);

    [Fact]
    public async Task The_last_use_of_a_key_is_stored_before_the_service_has_stopped()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        string path;
        await using (var first = await TestService.StartAsync(database.ConnectionString))
        {
            var token = await first.CreateTokenAsync("admin");
            path = $"/auth/key/{Guid.ParseExact(token.Split('_')[1], "N")}";
            first.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var before = JsonNode.Parse(await first.Client.GetStringAsync(new Uri(path, UriKind.Relative)))!;
            Assert.Null(before["last_used_at"]);
        }

        await using var second = await TestService.StartAsync(database.ConnectionString);
        using var answer = await second.Client.GetAsync(new Uri(path, UriKind.Relative));
        var after = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        var used = DateTimeOffset.Parse((string)after["last_used_at"]!, null);
        Assert.InRange(used, DateTimeOffset.Parse((string)after["created_at"]!, null), DateTimeOffset.UtcNow);
        Assert.Equal((string)after["created_at"]!, (string)after["updated_at"]!);
        Assert.Equal("\"2\"", $"{answer.Headers.ETag}");
    }

    [Fact]
    public async Task A_refused_request_does_not_count_as_a_use_of_the_key()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using (var first = await TestService.StartAsync(database.ConnectionString))
        {
            var expired = await first.CreateTokenAsync("admin", DateTimeOffset.UtcNow.AddSeconds(-1));
            first.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", expired);
            using var answer = await first.Client.GetAsync(new Uri("/user", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        Assert.Equal(1L, await database.ExecuteAsync("SELECT count(*) FROM api_keys WHERE last_used_at IS NULL"));
    }
}

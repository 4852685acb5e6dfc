using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.ApiKeys;

public sealed class CreateNewKeyTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_new_key_works_at_once_and_shows_its_token_once()
    {
        var created = await service.PostAsync(
            "/auth/key", new { name = " ops ", role = "Viewer", expires_at = "2999-01-31T12:00:00+02:00" });
        var key = created.MustBe(201).Json;

        Assert.Equal($"/auth/key/{key.Id()}", created.Headers.Location!.AbsolutePath);
        Assert.Equal("ops", (string)key["name"]!);
        Assert.Equal("viewer", (string)key["role"]!);
        Assert.Equal("2999-01-31T10:00:00.000000Z", (string)key["expires_at"]!);
        Assert.Null(key["last_used_at"]);
        var token = (string)key["token"]!;
        Assert.Matches(@"\Acwk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}\z", token);

        (await service.SendAsAsync(token, HttpMethod.Get, "/user")).MustBe(200);
        Assert.DoesNotContain(token.Split('_', 3)[2], (await service.GetAsync("/auth/key")).MustBe(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_keys_with_the_same_name_both_work()
    {
        var first = await service.CreateTokenAsync("viewer");
        var second = await service.CreateTokenAsync("viewer");

        foreach (var token in new[] { first, second })
        {
            (await service.SendAsAsync(token, HttpMethod.Get, "/user")).MustBe(200);
        }
    }

    [Fact]
    public async Task The_database_stores_the_hash_of_a_token_but_not_the_token()
    {
        var token = await service.CreateTokenAsync("viewer");

        var row = (string)(await service.ExecuteAsync($"SELECT k::text FROM api_keys AS k WHERE k.id = '{token.Split('_')[1]}'"))!;

        Assert.DoesNotContain(token.Split('_', 3)[2], row, StringComparison.Ordinal);
        Assert.Matches(@"\\\\x[0-9a-f]{64}", row);
    }

    [Theory]
    [InlineData("""{}""", "/name required /role required")]
    [InlineData("""{"name":"x"}""", "/role required")]
    [InlineData("""{"role":"admin"}""", "/name required")]
    [InlineData("""{"name":null,"role":null}""", "/name required /role invalid_role")]
    [InlineData("""{"name":" ","role":"owner","expires_at":"tomorrow"}""", "/name required /role invalid_role /expires_at invalid_time")]
    [InlineData("""{"name":"\u200b","role":"admin"}""", "/name required")]
    [InlineData("""{"name":"x","role":"admin","expires_at":"2027-01-31T12:00:00"}""", "/expires_at invalid_time")]
    [InlineData("""{"name":"x","role":"admin","expires_at":1}""", "/expires_at invalid_type")]
    [InlineData("""{"name":"x","role":"admin","token":"x"}""", "/token unknown_property")]
    public async Task A_refused_key_names_every_fault_and_is_not_created(string body, string faults)
    {
        var count = await service.CountAsync("/auth/key");
        var words = faults.Split(' ');

        (await service.PostAsync("/auth/key", body)).MustRefuse([.. words.Chunk(2).Select(pair => (pair[0], pair[1]))]);

        Assert.Equal(count, await service.CountAsync("/auth/key"));
    }
}

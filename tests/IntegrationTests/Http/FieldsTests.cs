using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>Resources and lists with a choice of properties.</summary>
public sealed class FieldsTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly string[] Collections = ["/user", "/auth/group", "/auth/key", "/auth/audit"];

    public static TheoryData<string> Refused =>
    [
        "", ",", "id,", ",id", "id,,id", "id, first_name", "%20id", "ID", "Id", "nothing", "id,nothing", "version", "shown",
        "search_text", "token", "*", "id;role", "%00", "id&fields=id",
    ];

    [Fact]
    public async Task A_list_shows_exactly_the_requested_properties_in_their_usual_order()
    {
        await ArrangeAsync();
        foreach (var collection in Collections)
        {
            var whole = LastOf(await service.ReadListAsync(collection));
            string[] names = [.. whole.Select(property => property.Key)];
            foreach (var name in names)
            {
                MustShow([name], whole, LastOf(await service.ReadListAsync($"{collection}?fields={name}")));
            }

            var some = await service.ReadListAsync($"{collection}?fields={names[^1]},{names[2]},{names[0]},{names[2]}");
            MustShow([names[0], names[2], names[^1]], whole, LastOf(some));
            MustShow(names, whole, LastOf(await service.ReadListAsync($"{collection}?fields={string.Join("%2C", names.Reverse())}")));
        }
    }

    [Fact]
    public async Task A_resource_shows_exactly_the_requested_properties_in_their_usual_order()
    {
        var (user, group) = await ArrangeAsync();
        foreach (var path in new[] { $"/user/{user}", $"/auth/group/{group}" })
        {
            var whole = (await service.GetAsync(path)).MustBe(200);
            string[] names = [.. whole.Json.Select(property => property.Key)];
            foreach (var name in names)
            {
                MustShow([name], whole.Json, (await service.GetAsync($"{path}?fields={name}")).MustBe(200).Json);
            }

            var part = (await service.GetAsync($"{path}/?fields={names[4]},{names[1]}")).MustBe(200);
            MustShow([names[1], names[4]], whole.Json, part.Json);
            Assert.Equal(whole.Headers.ETag, part.Headers.ETag);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?fields=id");
            request.Headers.Add("If-None-Match", part.Headers.ETag!.ToString());
            (await service.SendAsync(request)).MustBe(304);
        }
    }

    [Fact]
    public async Task The_lists_of_members_and_their_links_keep_the_requested_properties()
    {
        var (user, group) = await ArrangeAsync();
        (await service.PutAsync($"/auth/group/{group}/users/{(await service.CreateUserAsync()).Id()}")).MustBe(204);

        var users = await service.ReadListAsync($"/auth/group/{group}/users?fields=last_name,id&page_size=1");
        var groups = await service.ReadListAsync($"/user/{user}/groups?fields=name");

        Assert.Equal(["id", "last_name"], LastOf(users).Select(property => property.Key));
        Assert.Equal(["name"], LastOf(groups).Select(property => property.Key));
        Assert.Equal(["id", "last_name"], LastOf(await service.ReadListAsync(users.Next()!)).Select(property => property.Key));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Invalid_fields_are_refused_with_the_known_names(string fields)
    {
        var (user, group) = await ArrangeAsync();
        string[] paths =
        [
            "/user", $"/user/{user}", $"/auth/group/{group}/users", "/auth/group", $"/auth/group/{group}", $"/user/{user}/groups",
            "/auth/audit", "/auth/key",
        ];
        foreach (var path in paths)
        {
            var detail = await service.MustRefuseAsync($"{path}?fields={fields}", "fields", "unknown_field");
            Assert.Contains("created_at", detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Properties_that_are_not_requested_are_not_read()
    {
        var (user, group) = await ArrangeAsync();
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var holding = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE memberships IN ACCESS EXCLUSIVE MODE", connection))
        {
            await command.ExecuteNonQueryAsync();
        }

        // From now on no statement can read a membership.
        foreach (var path in new[] { "/user", $"/user/{user}" })
        {
            (await service.GetAsync($"{path}?fields=id,first_name,last_name,email,role,created_at,updated_at")).MustBe(200);
        }

        foreach (var path in new[] { "/auth/group?sort=name&page=2&page_size=1", "/auth/group?q=math", $"/auth/group/{group}?" })
        {
            (await service.GetAsync($"{path}&fields=id,name,icon,description,created_at,updated_at")).MustBe(200);
        }

        string[] paths = ["/user", $"/user/{user}", "/auth/group", $"/auth/group/{group}"];
        var whole = paths.Select(service.GetAsync).ToArray();
        await Eventually.BeAsync(async () => (long)(await service.ExecuteAsync(
            """
            SELECT count(*) FROM pg_locks
            WHERE NOT granted AND relation = 'memberships'::regclass
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """))! == whole.Length);
        Assert.DoesNotContain(whole, read => read.IsCompleted);

        await holding.RollbackAsync();
        Assert.All(await Task.WhenAll(whole), answer => answer.MustBe(200));
    }

    private static JsonObject LastOf(JsonObject list) => list["results"]!.AsArray()[^1]!.AsObject();

    private static void MustShow(string[] names, JsonObject whole, JsonObject part) =>
        part.MustEqual(whole.Without([.. whole.Select(property => property.Key).Except(names)]));

    /// <summary>Creates a user and its group with a value in every property. The workspace has no others.</summary>
    private async Task<(string User, string Group)> ArrangeAsync()
    {
        await service.ClearAsync();
        // The test does not use this key, so the key does not change.
        await service.CreateTokenAsync("viewer");
        var user = await service.CreateUserAsync(
            new { first_name = "Ada", last_name = "Lovelace", email = "ada@example.org", role = "editor" });
        var group = await service.CreateGroupAsync(
            new { name = "Mathematicians", icon = "abacus", description = "Engine", users = new[] { user.Id() } });
        return (user.Id(), group.Id());
    }
}

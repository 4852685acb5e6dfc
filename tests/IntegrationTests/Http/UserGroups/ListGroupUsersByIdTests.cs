using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

public sealed class ListGroupUsersByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_list_has_exactly_the_users_of_the_group()
    {
        var group = await service.CreateGroupAsync();
        var user = await service.CreateUserAsync(new { user_groups = new[] { group.Id() } });
        await service.CreateUserAsync();

        var list = (await service.GetAsync($"/auth/group/{group.Id()}/users")).MustBe(200).Json;

        Assert.Equal(1, (int)list["count"]!);
        Assert.Equal([user.ToJsonString()], list["results"]!.AsArray().Select(row => row!.ToJsonString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("role=editor&q=ann")]
    [InlineData("email=ANN10@example.org")]
    [InlineData("q=byron&sort=-first_name")]
    [InlineData("sort=last_name")]
    [InlineData("created_after=2020-01-01T00:00:00Z&sort=-created_at")]
    public async Task The_list_equals_the_list_of_all_users_filtered_by_the_group(string query)
    {
        var names = await service.SeedDirectoryAsync(30);

        var ids = await service.ReadIdsAsync($"/auth/group/{names[0]}/users?{query}", pageSize: 4);

        Assert.NotEmpty(ids);
        Assert.Equal(await service.ReadIdsAsync($"/user?user_group={names[0]}&{query}", pageSize: 5), ids);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/")]
    public async Task Links_keep_the_form_of_the_address(string prefix)
    {
        var names = await service.SeedDirectoryAsync(10);
        var path = $"{prefix}auth/group/{names[0]}/users/";

        var next = (await service.ReadListAsync($"{path}?page_size=2")).Next();

        Assert.StartsWith($"{service.BaseAddress}{path}?page_size=2&page=2&cursor=", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_without_users_has_an_empty_list_and_an_unknown_group_is_not_found()
    {
        var group = (await service.CreateGroupAsync()).Id();

        foreach (var query in new[] { "", "?page=7", "?q=ann&sort=created_at", "?fields=id" })
        {
            Assert.Empty((await service.ReadListAsync($"/auth/group/{group}/users{query}")).Ids());
            Assert.Equal(0, (int)(await service.ReadListAsync($"/auth/group/{group}/users{query}"))["count"]!);
            var missing = (await service.GetAsync($"/auth/group/{Bodies.UnknownId}/users{query}")).MustBe(404);
            Assert.Equal("user_group_not_found", (string)missing.Json["code"]!);
        }
    }

    [Fact]
    public async Task A_link_to_the_users_of_a_deleted_group_is_not_found()
    {
        var names = await service.SeedDirectoryAsync(10);
        var next = (await service.ReadListAsync($"/auth/group/{names[0]}/users?page_size=2")).Next()!;

        (await service.DeleteAsync($"/auth/group/{names[0]}")).MustBe(204);

        (await service.GetAsync(next)).MustBe(404);
    }

    [Theory]
    [InlineData("id=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "id", "unknown_parameter")]
    [InlineData("user_group=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "user_group", "unknown_parameter")]
    [InlineData("created_after=2026-01-01T00:00:00Z&sort=email", "sort", "unserved_combination")]
    [InlineData("role=admin", "role", "unserved_combination")]
    public async Task An_unknown_parameter_or_combination_is_refused(string query, string parameter, string code) =>
        await service.MustRefuseAsync($"/auth/group/{Bodies.UnknownId}/users?{query}", parameter, code);

    [Fact]
    public async Task A_viewer_may_read_the_users_of_a_group_and_a_guest_may_not()
    {
        var group = (await service.CreateGroupAsync()).Id();

        (await service.SendAsAsync(await service.CreateTokenAsync("viewer"), HttpMethod.Get, $"/auth/group/{group}/users")).MustBe(200);
        (await service.SendAsAsync(await service.CreateTokenAsync("guest"), HttpMethod.Get, $"/auth/group/{group}/users")).MustBe(403);
    }
}

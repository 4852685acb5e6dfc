using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class ListUserGroupsByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_list_has_exactly_the_groups_of_the_user()
    {
        var user = await service.CreateUserAsync();
        var group = await service.CreateGroupAsync(new { users = new[] { user.Id() } });
        await service.CreateGroupAsync();

        var list = (await service.GetAsync($"/user/{user.Id()}/groups")).MustBe(200).Json;

        Assert.Equal(1, (int)list["count"]!);
        Assert.Equal([group.ToJsonString()], list["results"]!.AsArray().Select(row => row!.ToJsonString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("name=analysts")]
    [InlineData("q=lyst&sort=-name")]
    [InlineData("sort=name")]
    [InlineData("created_before=2030-01-01T00:00:00Z")]
    public async Task The_list_equals_the_list_of_all_groups_filtered_by_the_user(string query)
    {
        var names = await service.SeedDirectoryAsync(30);

        var ids = await service.ReadIdsAsync($"/user/{names[1]}/groups?{query}", pageSize: 4);

        Assert.NotEmpty(ids);
        Assert.Equal(await service.ReadIdsAsync($"/auth/group?user={names[1]}&{query}", pageSize: 5), ids);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/")]
    public async Task Links_keep_the_form_of_the_address(string prefix)
    {
        var names = await service.SeedDirectoryAsync(10);
        var path = $"{prefix}user/{names[1]}/groups/";

        var next = (await service.ReadListAsync($"{path}?page_size=2")).Next();

        Assert.StartsWith($"{service.BaseAddress}{path}?page_size=2&page=2&cursor=", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_groups_has_an_empty_list_and_an_unknown_user_is_not_found()
    {
        var user = (await service.CreateUserAsync()).Id();

        foreach (var query in new[] { "", "?page=7", "?q=ann&sort=created_at", "?fields=id" })
        {
            Assert.Empty((await service.ReadListAsync($"/user/{user}/groups{query}")).Ids());
            Assert.Equal(0, (int)(await service.ReadListAsync($"/user/{user}/groups{query}"))["count"]!);
            var missing = (await service.GetAsync($"/user/{Bodies.UnknownId}/groups{query}")).MustBe(404);
            Assert.Equal("user_not_found", (string)missing.Json["code"]!);
        }
    }

    [Fact]
    public async Task A_link_to_the_groups_of_a_deleted_user_is_not_found()
    {
        var names = await service.SeedDirectoryAsync(10);
        var next = (await service.ReadListAsync($"/user/{names[1]}/groups?page_size=2")).Next()!;

        (await service.DeleteAsync($"/user/{names[1]}")).MustBe(204);

        (await service.GetAsync(next)).MustBe(404);
    }

    [Theory]
    [InlineData("id=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "id", "unknown_parameter")]
    [InlineData("user=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "user", "unknown_parameter")]
    [InlineData("created_after=2026-01-01T00:00:00Z&sort=name", "sort", "unserved_combination")]
    public async Task An_unknown_parameter_or_combination_is_refused(string query, string parameter, string code) =>
        await service.MustRefuseAsync($"/user/{Bodies.UnknownId}/groups?{query}", parameter, code);

    [Fact]
    public async Task A_viewer_may_read_the_groups_of_a_user_and_a_guest_may_not()
    {
        var user = (await service.CreateUserAsync()).Id();

        (await service.SendAsAsync(await service.CreateTokenAsync("viewer"), HttpMethod.Get, $"/user/{user}/groups")).MustBe(200);
        (await service.SendAsAsync(await service.CreateTokenAsync("guest"), HttpMethod.Get, $"/user/{user}/groups")).MustBe(403);
    }
}

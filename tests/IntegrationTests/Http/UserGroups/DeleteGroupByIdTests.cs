using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

public sealed class DeleteGroupByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Theory]
    [InlineData("/auth/group/{0}")]
    [InlineData("/auth/group/{0}/")]
    [InlineData("/api/v1/auth/group/{0}")]
    [InlineData("/api/v1/auth/group/{0}/")]
    public async Task A_group_can_be_deleted_at_every_form_of_its_address(string path)
    {
        var group = await service.CreateGroupAsync();

        (await service.DeleteAsync(path.Replace("{0}", group.Id(), StringComparison.Ordinal))).MustBe(204);

        (await service.GetAsync($"/auth/group/{group.Id()}")).MustBe(404);
        (await service.PatchAsync($"/auth/group/{group.Id()}", new { name = "x" })).MustBe(404);
    }

    [Fact]
    public async Task A_second_delete_is_not_found()
    {
        var group = await service.CreateGroupAsync();
        (await service.DeleteAsync($"/auth/group/{group.Id()}")).MustBe(204);

        var problem = (await service.DeleteAsync($"/auth/group/{group.Id()}")).MustBe(404).Json;

        Assert.Equal("user_group_not_found", (string)problem["code"]!);
    }

    [Fact]
    public async Task An_id_that_is_not_a_uuid_is_not_found() => (await service.DeleteAsync("/auth/group/42")).MustBe(404);

    [Fact]
    public async Task Deleting_a_group_keeps_its_users_and_their_other_groups()
    {
        var users = await service.CreateUsersAsync(2);
        var outsider = await service.CreateUserAsync();
        var staying = await service.CreateGroupAsync(new { users });
        var going = await service.CreateGroupAsync(new { users });
        var before = await service.ReadUserAsync(users[0]);

        (await service.DeleteAsync($"/auth/group/{going.Id()}")).MustBe(204);

        foreach (var id in users)
        {
            var user = await service.ReadUserAsync(id);
            Assert.Equal([staying.Id()], user.Ids("user_groups"));
            Assert.True(user.UpdatedAt() > before.UpdatedAt());
        }

        (await service.ReadGroupAsync(staying.Id())).MustEqual(staying);
        (await service.ReadUserAsync(outsider.Id())).MustEqual(outsider);
        (await service.PatchAsync($"/user/{users[0]}", new { user_groups = new[] { going.Id() } }))
            .MustRefuse(("/user_groups/0", "unknown_user_group"));
    }
}

using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class DeleteUserByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Theory]
    [InlineData("/user/{0}")]
    [InlineData("/user/{0}/")]
    [InlineData("/api/v1/user/{0}")]
    [InlineData("/api/v1/user/{0}/")]
    public async Task A_user_can_be_deleted_at_every_form_of_its_address(string path)
    {
        var user = await service.CreateUserAsync();

        (await service.DeleteAsync(path.Replace("{0}", user.Id(), StringComparison.Ordinal))).MustBe(204);

        (await service.GetAsync($"/user/{user.Id()}")).MustBe(404);
        (await service.PatchAsync($"/user/{user.Id()}", new { first_name = "Ada" })).MustBe(404);
    }

    [Fact]
    public async Task A_second_delete_is_not_found()
    {
        var user = await service.CreateUserAsync();
        (await service.DeleteAsync($"/user/{user.Id()}")).MustBe(204);

        var problem = (await service.DeleteAsync($"/user/{user.Id()}")).MustBe(404).Json;

        Assert.Equal("user_not_found", (string)problem["code"]!);
    }

    [Fact]
    public async Task An_id_that_is_not_a_uuid_is_not_found() => (await service.DeleteAsync("/user/42")).MustBe(404);

    [Fact]
    public async Task Deleting_a_user_ends_its_memberships_and_changes_only_its_groups()
    {
        var groups = await service.CreateGroupsAsync(2);
        var other = await service.CreateGroupAsync();
        var staying = await service.CreateUserAsync(new { user_groups = groups });
        var leaving = await service.CreateUserAsync(new { user_groups = groups });
        var before = await service.ReadGroupAsync(groups[0]);

        (await service.DeleteAsync($"/user/{leaving.Id()}")).MustBe(204);

        foreach (var id in groups)
        {
            var group = await service.ReadGroupAsync(id);
            Assert.Equal([staying.Id()], group.Ids("users"));
            Assert.True(group.UpdatedAt() > before.UpdatedAt());
        }

        (await service.ReadUserAsync(staying.Id())).MustEqual(staying);
        (await service.ReadGroupAsync(other.Id())).MustEqual(other);
        (await service.PatchAsync($"/auth/group/{groups[0]}", new { users = new[] { leaving.Id() } }))
            .MustRefuse(("/users/0", "unknown_user"));
    }
}

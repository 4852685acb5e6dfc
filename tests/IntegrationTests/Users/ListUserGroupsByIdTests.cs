using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Users;

public sealed class ListUserGroupsByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_groups_of_a_user_are_listed_and_no_other()
    {
        var user = await service.CreateUserAsync();
        var group = await service.CreateGroupAsync(new { users = new[] { user.Id() } });
        await service.CreateGroupAsync();

        var list = (await service.GetAsync($"/user/{user.Id()}/groups")).MustBe(200).Json;

        Assert.Equal(1, (int)list["count"]!);
        Assert.Equal([group.ToJsonString()], list["results"]!.AsArray().Select(row => row!.ToJsonString()));
    }
}

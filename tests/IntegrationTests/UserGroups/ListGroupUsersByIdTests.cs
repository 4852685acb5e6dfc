using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.UserGroups;

public sealed class ListGroupUsersByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_users_of_a_group_are_listed_and_no_other()
    {
        var group = await service.CreateGroupAsync();
        var user = await service.CreateUserAsync(new { user_groups = new[] { group.Id() } });
        await service.CreateUserAsync();

        var list = (await service.GetAsync($"/auth/group/{group.Id()}/users")).MustBe(200).Json;

        Assert.Equal(1, (int)list["count"]!);
        Assert.Equal([user.ToJsonString()], list["results"]!.AsArray().Select(row => row!.ToJsonString()));
    }
}

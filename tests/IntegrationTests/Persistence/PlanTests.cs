using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Persistence;

/// <summary>
/// What a connection keeps of a small directory when that has grown. A plan that was made for a table of three rows ends as 504 here:
/// it reads all users for each of them.
/// </summary>
public sealed class PlanTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const int Members = 60_000;

    [Fact]
    public async Task Memberships_are_written_as_well_when_a_small_directory_has_grown_large()
    {
        var few = await service.CreateUsersAsync(3);
        var group = (await service.CreateGroupAsync()).Id();
        await service.ExecuteAsync("ANALYZE");
        // Often enough for each of the few connections to prepare its statements and to settle on their plans.
        for (var round = 0; round < 30; round++)
        {
            (await service.PatchAsync($"/auth/group/{group}", new { users = few[..(round % 3)] })).MustBe(200);
            (await service.PatchAsync($"/auth/group/{group}/users", new { add = few, remove = Array.Empty<string>() })).MustBe(200);
            (await service.PatchAsync($"/user/{few[0]}", new { user_groups = round % 2 == 0 ? [] : new[] { group } })).MustBe(200);
            var other = await service.CreateGroupAsync(new { users = few });
            (await service.DeleteAsync($"/auth/group/{other.Id()}")).MustBe(204);
        }

        var many = await service.SeedUsersAsync(Members);
        await MustHaveAsync(group, many);
        await MustHaveAsync(group, many[1..]);
        await MustHaveAsync(group, many[..^1]);
        var full = (await service.CreateGroupAsync(new { users = many })).Id();
        (await service.DeleteAsync($"/auth/group/{full}")).MustBe(204);
        await MustHaveAsync(group, []);

        await service.MustCountRightAsync("a group of many");
    }

    private async Task MustHaveAsync(string group, string[] users) =>
        Assert.Equal(users, (await service.PatchAsync($"/auth/group/{group}", new { users })).MustBe(200).Json.Ids("users"));
}

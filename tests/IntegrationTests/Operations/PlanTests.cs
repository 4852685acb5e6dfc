using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>
/// The plans that a connection made for a tiny directory, after the directory has grown. A plan for a table of one row reads the whole
/// table for each id. Here such a plan would end as 504.
/// </summary>
public sealed class PlanTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const int Many = 60_000;

    [Fact]
    public async Task Memberships_are_written_quickly_after_a_tiny_directory_has_grown_large()
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = (await service.CreateGroupAsync()).Id();
        await service.ExecuteAsync("ANALYZE");
        // After this number of rounds each of the few connections has prepared its statements and chosen their plans.
        for (var round = 0; round < 30; round++)
        {
            (await service.PatchAsync($"/auth/group/{group}", new { users = round % 2 == 0 ? [] : new[] { user } })).MustBe(200);
            (await service.PatchAsync($"/user/{user}", new { user_groups = round % 2 == 0 ? [] : new[] { group } })).MustBe(200);
            (await service.DeleteAsync($"/auth/group/{(await service.CreateGroupAsync(new { users = new[] { user } })).Id()}")).MustBe(204);
            (await service.DeleteAsync($"/user/{(await service.CreateUserAsync(new { user_groups = new[] { group } })).Id()}")).MustBe(204);
        }

        var users = await service.SeedUsersAsync(Many);
        await service.SeedGroupsAsync(Many);
        var groups = (string[])(await service.ExecuteAsync(
            "SELECT array_agg(id::text ORDER BY id) FROM user_groups WHERE name = 'Seeded'"))!;

        await ReplaceMembershipsAsync($"/auth/group/{group}", "users", users, users[1..], users[..^1]);
        var full = (await service.CreateGroupAsync(new { users })).Id();
        (await service.DeleteAsync($"/auth/group/{full}")).MustBe(204);
        await ReplaceMembershipsAsync($"/auth/group/{group}", "users", turns: [[]]);

        await ReplaceMembershipsAsync($"/user/{user}", "user_groups", groups, groups[1..], groups[..^1]);
        var busy = (await service.CreateUserAsync(new { user_groups = groups })).Id();
        (await service.DeleteAsync($"/user/{busy}")).MustBe(204);
        await ReplaceMembershipsAsync($"/user/{user}", "user_groups", turns: [[]]);

        await service.MustCountRightAsync("after all of it");
    }

    private async Task ReplaceMembershipsAsync(string path, string property, params string[][] turns)
    {
        foreach (var ids in turns)
        {
            var changed = (await service.PatchAsync(path, new Dictionary<string, string[]> { [property] = ids })).MustBe(200).Json;
            Assert.Equal(ids, changed.Ids(property));
        }
    }
}

using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>
/// The plans that a connection made for a tiny directory, after the directory has grown. A plan for a table of one row reads the whole
/// table for each id. PostgreSQL counts the rows that it reads in this way.
/// </summary>
public sealed class PlanTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const int Many = 5_000;

    // A good plan reads a table a few times as a whole. One bad plan reads it once for each of the many ids.
    private const int ReadsOfTable = 200;

    [Fact]
    public async Task Memberships_are_found_by_indexes_after_a_tiny_directory_has_grown_large()
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

        await WaitForStatisticsAsync();
        Assert.InRange(await CountRowsReadInWholeTablesAsync(), 0, ReadsOfTable * Many);
        await service.MustCountRightAsync("after all of it");
    }

    // A connection reports its counts some seconds after its last statement, those of all tables at once. Each noun writes two lists and
    // removes them.
    private async Task WaitForStatisticsAsync()
    {
        using var limit = new CancellationTokenSource(TimeLimit.OfWait);
        while (await CountMembershipsAsync() < 2 * 2 * 2 * Many)
        {
            await Task.Delay(100, limit.Token);
        }
    }

    private async Task<long> CountMembershipsAsync() => (long)(await service.ExecuteAsync(
        "SELECT n_tup_ins + n_tup_del FROM pg_stat_user_tables WHERE relname = 'memberships'"))!;

    private async Task<long> CountRowsReadInWholeTablesAsync() => (long)(await service.ExecuteAsync(
        "SELECT sum(seq_tup_read)::bigint FROM pg_stat_user_tables WHERE relname IN ('users', 'user_groups', 'memberships')"))!;

    private async Task ReplaceMembershipsAsync(string path, string property, params string[][] turns)
    {
        foreach (var ids in turns)
        {
            var changed = (await service.PatchAsync(path, new Dictionary<string, string[]> { [property] = ids })).MustBe(200).Json;
            Assert.Equal(ids, changed.Ids(property));
        }
    }
}

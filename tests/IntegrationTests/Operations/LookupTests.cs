using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Simultaneous reads of single resources share statements (docs/decisions/0013).</summary>
public sealed class LookupTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Theory]
    [InlineData("/user", "users AS u WHERE u.id")]
    [InlineData("/auth/group", "user_groups AS g WHERE g.id")]
    public async Task Simultaneous_reads_share_statements_with_many_ids(string path, string rows)
    {
        var id = (path == "/user" ? await service.CreateUserAsync() : await service.CreateGroupAsync()).Id();

        // Two reads meet only by chance, so the test tries again. A connection shows its last statement.
        await Eventually.BeAsync(async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ => (await service.GetAsync($"{path}/{id}")).MustBe(200)));
            return await service.ExecuteAsync(
                $"SELECT bool_or(query LIKE '%FROM {rows} = ANY ($1)') FROM pg_stat_activity WHERE datname = current_database()") is true;
        });
    }
}

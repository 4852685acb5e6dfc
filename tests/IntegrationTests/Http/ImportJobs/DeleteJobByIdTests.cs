using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.ImportJobs;

public sealed class DeleteJobByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string File = "email,first_name\nada@example.org,Augusta\ngrace@example.org,Grace\n";

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => service.MustCountRightAsync("after a cancelled job");

    [Fact]
    public async Task A_waiting_job_is_cancelled_at_once_and_never_runs()
    {
        Answer cancelled;
        await using (await ImportTurn.TakeAsync(service.ConnectionString))
        {
            cancelled = await service.StartJobAsync(File);

            (await service.DeleteAsync(PathOf(cancelled))).MustBe(204);

            Assert.Equal("cancelled", (string)(await service.GetAsync(PathOf(cancelled))).Json["state"]!);
            Assert.Equal(0L, await service.ExecuteAsync("SELECT count(*) FROM import_job_chunks"));
        }

        var next = await service.WaitForJobAsync(await service.StartJobAsync("email\nalan@example.org\n"));
        Assert.Equal("succeeded", (string)next["state"]!);
        Assert.Equal("cancelled", (string)(await service.GetAsync(PathOf(cancelled))).Json["state"]!);
        Assert.Equal(1, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_running_job_is_cancelled_and_changes_nothing()
    {
        var ada = await service.CreateUserAsync(new { email = "ada@example.org", first_name = "Ada" });
        Answer cancelled;
        await using (await ImportTurn.LockUsersAsync(service.ConnectionString))
        {
            cancelled = await service.StartJobAsync(File);
            await Eventually.BeAsync(async () => (long)(await service.GetAsync(PathOf(cancelled))).Json["rows_read"]! == 2);

            (await service.DeleteAsync(PathOf(cancelled))).MustBe(204);

            Assert.Equal("cancelled", (string)(await service.GetAsync(PathOf(cancelled))).Json["state"]!);
            // The import gives up although the lock is still held. So the next import has its turn.
            await Eventually.BeAsync(async () => (await service.ImportAsync("email\nalan@example.org\n")).Status == 200);
        }

        (await service.ReadUserAsync(ada.Id())).MustEqual(ada);
        Assert.Equal(2, await service.CountAsync("/user"));
        Assert.Equal("cancelled", (string)(await service.GetAsync(PathOf(cancelled))).Json["state"]!);
        Assert.Equal(0L, await service.ExecuteAsync("SELECT count(*) FROM import_job_chunks"));
    }

    [Fact]
    public async Task A_job_that_is_cancelled_just_before_its_commit_changes_nothing()
    {
        var ada = await service.CreateUserAsync(new { email = "ada@example.org", first_name = "Ada" });
        var users = await ImportTurn.LockUsersAsync(service.ConnectionString);
        var cancelled = await service.StartJobAsync(File);
        await Eventually.BeAsync(async () => (long)(await service.GetAsync(PathOf(cancelled))).Json["rows_read"]! == 2);
        await using var cancellation = await ImportTurn.BeginAsync(
            service.ConnectionString, "UPDATE import_jobs SET state = 'cancelled', ended_at = now()");
        await users.DisposeAsync();
        await Eventually.BeAsync(async () => await service.ExecuteAsync(
            """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                AND application_name = 'CleanWorkspace import' AND query LIKE '%import_jobs%'
            """) is 1L);

        await cancellation.CommitAsync();

        await Eventually.BeAsync(async () => (await service.ImportAsync("email\nalan@example.org\n")).Status == 200);
        (await service.ReadUserAsync(ada.Id())).MustEqual(ada);
        Assert.Equal(2, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task An_ended_job_is_deleted_and_its_import_stays()
    {
        var accepted = await service.StartJobAsync(File);
        await service.WaitForJobAsync(accepted);

        (await service.DeleteAsync(PathOf(accepted))).MustBe(204);

        (await service.GetAsync(PathOf(accepted))).MustBe(404);
        Assert.Equal("import_job_not_found", (string)(await service.DeleteAsync(PathOf(accepted))).MustBe(404).Json["code"]!);
        Assert.Equal(2, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_key_still_names_a_deleted_job()
    {
        var key = $"{Guid.NewGuid()}";
        var first = await service.StartJobAsync(File, key: key);
        await service.WaitForJobAsync(first);
        (await service.DeleteAsync(PathOf(first))).MustBe(204);
        await service.ExecuteAsync("DELETE FROM users");

        var again = await service.StartJobAsync(File, key: key);

        Assert.Equal(first.Text, again.MustBe(202).Text);
        (await service.GetAsync(PathOf(again))).MustBe(404);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData(Bodies.UnknownId)]
    [InlineData("1")]
    public async Task An_unknown_job_is_not_found(string id) => (await service.DeleteAsync($"/import/{id}")).MustBe(404);

    private static string PathOf(Answer accepted) => accepted.MustBe(202).Headers.Location!.AbsolutePath;
}

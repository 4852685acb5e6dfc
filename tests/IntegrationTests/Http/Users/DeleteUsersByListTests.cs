using System.Net.Http.Headers;
using System.Text;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class DeleteUsersByListTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string Ndjson = "application/x-ndjson";

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => service.MustCountRightAsync("after a deletion by list");

    [Fact]
    public async Task The_named_users_go_with_their_memberships_and_nobody_else()
    {
        var group = (await service.CreateGroupAsync()).Id();
        var ada = (await service.CreateUserAsync(new { email = "Ada@example.org", user_groups = new[] { group } })).Id();
        var alan = (await service.CreateUserAsync(new { email = "alan@example.org", role = "editor" })).Id();
        var grace = await service.CreateUserAsync(new { email = "grace@example.org", user_groups = new[] { group } });
        var before = (await service.GetAsync($"/auth/group/{group}")).Headers.ETag;

        // The other columns may be those of an export. They are not looked at.
        var answer = await DeleteAsync("email,role,user_groups\nada@EXAMPLE.org,nonsense,Nowhere\nalan@example.org,,\n");

        MustDelete(answer.MustBe(200), deleted: 2, memberships: 1);
        (await service.GetAsync($"/user/{ada}")).MustBe(404);
        (await service.GetAsync($"/user/{alan}")).MustBe(404);
        Assert.Equal([grace.Id()], (await service.ReadGroupAsync(group)).Ids("users"));
        Assert.NotEqual(before, (await service.GetAsync($"/auth/group/{group}")).Headers.ETag);
        Assert.Equal(grace["first_name"]?.ToJsonString(), (await service.ReadUserAsync(grace.Id()))["first_name"]?.ToJsonString());
        var audit = (await service.GetAsync("/auth/audit")).Json["results"]!.AsArray()
            .Where(entry => (string)entry!["operation"]! == "Users_deleteByList").ToList();
        Assert.Equal(["imports", "users", "users"], audit.Select(entry => (string)entry!["resource"]!).Order());
        var entry = audit.Single(entry => (string)entry!["resource_id"]! == ada)!.AsObject();
        Assert.Equal([group], entry.Ids("removed"));
        Assert.Equal("Ada@example.org", (string)entry["changes"]!["email"]!["from"]!);
        Assert.Equal("2", (string)audit.Single(found => (string)found!["resource"]! == "imports")!["changes"]!["deleted"]!["to"]!);
    }

    [Fact]
    public async Task Ndjson_names_users_by_id_or_address()
    {
        var nameless = (await service.CreateUserAsync(new { first_name = "Nameless" })).Id();
        var both = (await service.CreateUserAsync(new { email = "both@example.org" })).Id();
        await service.CreateUserAsync(new { email = "address@example.org" });

        var answer = await DeleteAsync(
            $$"""
            {"id": "{{nameless}}", "email": null}
            {"resource": "users", "id": "{{both}}", "email": "BOTH@example.org", "user_groups": ["Nowhere"]}
            {"email": "address@example.org"}
            """,
            mediaType: Ndjson);

        MustDelete(answer.MustBe(200), deleted: 3);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_row_that_names_nobody_is_a_fault_and_nobody_goes()
    {
        var ada = (await service.CreateUserAsync(new { email = "ada@example.org" })).Id();
        var alan = (await service.CreateUserAsync(new { email = "alan@example.org" })).Id();
        var group = (await service.CreateGroupAsync(new { name = "Poets" })).Id();
        var file =
            $$"""
            {"email": "ada@example.org"}
            {"email": "nobody@example.org"}
            {"id": "{{Bodies.UnknownId}}"}
            {"id": "{{ada}}", "email": "alan@example.org"}
            {"first_name": "Ada"}
            {"resource": "user_groups", "id": "{{group}}"}
            {"id": "{{ada}}"}
            {"email": "ADA@example.org"}
            {"email": "nobody"}
            {"id": "{{group}}"}
            """;

        var refused = (await DeleteAsync(file, mediaType: Ndjson)).MustBe(422);

        Assert.Equal(
            [
                "2 email unknown_user", "3 id unknown_user", "4 email unknown_user", "5 email required", "6 resource unsupported",
                "7 id duplicate_id", "8 email duplicate_email", "9 email invalid_email", "10 id unknown_user",
            ],
            refused.Lines.SkipLast(1).Select(fault => $"{fault["line"]} {fault["column"]} {fault["code"]}"));
        Assert.Equal(2, await service.CountAsync("/user"));

        MustDelete((await DeleteAsync(file, "partial=true", Ndjson)).MustBe(200), deleted: 1, refused: 9);
        (await service.GetAsync($"/user/{ada}")).MustBe(404);
        (await service.GetAsync($"/user/{alan}")).MustBe(200);
        (await service.GetAsync($"/auth/group/{group}")).MustBe(200);
    }

    [Fact]
    public async Task A_dry_run_deletes_nobody_and_reports_the_same_counts()
    {
        var group = (await service.CreateGroupAsync()).Id();
        await service.CreateUserAsync(new { email = "ada@example.org", user_groups = new[] { group } });

        var answer = await DeleteAsync("email\nada@example.org\n", "dry_run=true");

        MustDelete(answer.MustBe(200), deleted: 1, memberships: 1, isApplied: false);
        Assert.Single((await service.ReadGroupAsync(group)).Ids("users"));
    }

    [Fact]
    public async Task A_repetition_with_the_same_key_gets_the_first_summary()
    {
        await service.CreateUserAsync(new { email = "ada@example.org" });
        var key = $"{Guid.NewGuid()}";
        MustDelete((await DeleteAsync("email\nada@example.org\n", key: key)).MustBe(200), deleted: 1);

        MustDelete((await DeleteAsync("email\nada@example.org\n", key: key)).MustBe(200), deleted: 1);

        using var import = new HttpRequestMessage(HttpMethod.Post, "/user/import")
        {
            Content = ServiceFixture.ToFile("email\nada@example.org\n"u8.ToArray(), "text/csv"),
        };
        import.Headers.Add("Idempotency-Key", key);
        (await service.SendAsync(import)).MustBe(422);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_user_whose_address_changes_during_the_deletion_is_not_deleted()
    {
        var ada = (await service.CreateUserAsync(new { email = "ada@example.org" })).Id();
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var other = await connection.BeginTransactionAsync();
        await using var change = new NpgsqlCommand(
            $"UPDATE users SET email = 'new@example.org', folded_email = 'new@example.org' WHERE id = '{ada}'", connection);
        await change.ExecuteNonQueryAsync();
        var deletion = DeleteAsync("email\nada@example.org\n");
        await Eventually.BeAsync(async () => await service.ExecuteAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is not 0L);

        await other.CommitAsync();

        var fault = (await deletion.WithinLimitAsync()).MustBe(422).Lines[0];
        Assert.Equal("unknown_user", (string)fault["code"]!);
        (await service.GetAsync($"/user/{ada}")).MustBe(200);
    }

    [Theory]
    [InlineData("create_groups=true", "create_groups")]
    [InlineData("user_groups=add&merge_rows=true", "merge_rows,user_groups")]
    [InlineData("partial=yes", "partial")]
    public async Task Parameters_that_do_not_fit_are_refused(string query, string names)
    {
        await service.CreateUserAsync(new { email = "ada@example.org" });

        (await DeleteAsync("email\nada@example.org\n", query)).MustRefuseParameters(names.Split(','));

        Assert.Equal(1, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("editor", 403)]
    public async Task Only_an_admin_may_delete(string? role, int status)
    {
        await service.CreateUserAsync(new { email = "ada@example.org" });
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{service.BaseAddress}/user/delete")
        {
            Content = ServiceFixture.ToFile("email\nada@example.org\n"u8.ToArray(), "text/csv"),
        };
        request.Headers.Authorization = role is null ? null : new AuthenticationHeaderValue("Bearer", await service.CreateTokenAsync(role));

        using var response = await client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(1, await service.CountAsync("/user"));
    }

    private static void MustDelete(Answer answer, int deleted, int memberships = 0, int refused = 0, bool isApplied = true)
    {
        var summary = answer.Lines[^1];
        Assert.Equal(
            (isApplied, deleted, memberships, refused, 0),
            ((bool)summary["applied"]!, (int)summary["deleted"]!, (int)summary["memberships_removed"]!, (int)summary["refused"]!,
                (int)summary["created"]! + (int)summary["updated"]! + (int)summary["unchanged"]!));
    }

    private Task<Answer> DeleteAsync(string file, string query = "", string mediaType = "text/csv", string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/user/delete?{query}")
        {
            Content = ServiceFixture.ToFile(Encoding.UTF8.GetBytes(file), mediaType),
        };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return service.SendAsync(request);
    }
}

using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

public sealed class UpdateGroupUsersByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Given_users_join_or_leave_and_the_others_stay()
    {
        var users = await service.CreateUsersAsync(5);
        var group = await service.CreateGroupAsync(new { users = users[..3] });
        var before = await Task.WhenAll(users.Select(service.ReadUserAsync));

        var answer = await ChangeAsync(group, add: users[2..], remove: users[..1]);

        MustTell(answer, added: 2, removed: 1, unchanged: 1);
        var changed = await service.ReadGroupAsync(group.Id());
        Assert.Equal(users[1..], changed.Ids("users"));
        changed.Without("users", "updated_at").MustEqual(group.Without("users", "updated_at"));
        Assert.True(changed.UpdatedAt() > group.UpdatedAt());
        var after = await Task.WhenAll(users.Select(service.ReadUserAsync));
        Assert.Equal([0, 1, 1, 1, 1], after.Select(user => user.Ids("user_groups").Length));
        // These two users were members before and after.
        after[1].MustEqual(before[1]);
        after[2].MustEqual(before[2]);
    }

    [Theory]
    [InlineData("/auth/group/{0}/users/")]
    [InlineData("/api/v1/auth/group/{0}/users")]
    [InlineData("/api/v1/auth/group/{0}/users/")]
    public async Task The_users_are_changed_at_every_form_of_the_address(string path)
    {
        var (user, group) = ((await service.CreateUserAsync()).Id(), (await service.CreateGroupAsync()).Id());

        (await service.PatchAsync(path.Replace("{0}", group, StringComparison.Ordinal), new { add = new[] { user } })).MustBe(200);

        Assert.Equal([user], (await service.ReadGroupAsync(group)).Ids("users"));
    }

    [Fact]
    public async Task A_repeated_id_counts_once_and_a_repeated_change_changes_nothing()
    {
        var users = await service.CreateUsersAsync(2);
        var group = await service.CreateGroupAsync(new { users = users[..1] });
        var (add, remove) = (new[] { users[1], users[1].ToUpperInvariant(), users[1] }, new[] { users[0], users[0], Bodies.UnknownId });

        MustTell(await ChangeAsync(group, add, remove), added: 1, removed: 1, unchanged: 1);
        var before = await service.ReadBothAsync(users[1], group.Id());
        MustTell(await ChangeAsync(group, add, remove), added: 0, removed: 0, unchanged: 3);

        Assert.Equal(before, await service.ReadBothAsync(users[1], group.Id()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"add":[]}""")]
    [InlineData("""{"remove":[],"add":[]}""")]
    public async Task An_empty_change_changes_nothing_and_leaves_no_audit_entry(string body)
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = await service.CreateGroupAsync(new { users = new[] { user } });
        var before = await service.ReadBothAsync(user, group.Id());

        MustTell(await service.PatchAsync($"/auth/group/{group.Id()}/users", body), added: 0, removed: 0, unchanged: 0);

        Assert.Equal(before, await service.ReadBothAsync(user, group.Id()));
    }

    [Fact]
    public async Task One_audit_entry_of_the_group_names_all_changed_users()
    {
        var users = await service.CreateUsersAsync(4);
        var group = await service.CreateGroupAsync(new { users = users[..2] });

        MustTell(await ChangeAsync(group, add: users[1..], remove: users[..1]), added: 2, removed: 1, unchanged: 1);

        var entry = await service.LastEntryAsync(group.Id());
        Assert.Equal("UserGroups_updateUsersById", (string)entry["operation"]!);
        Assert.Empty(entry["changes"]!.AsObject());
        Assert.Equal(users[2..], entry.Ids("added"));
        Assert.Equal(users[..1], entry.Ids("removed"));
        Assert.Equal(2, await service.CountEntriesAsync(group.Id()));
    }

    [Theory]
    [InlineData("""{"add":null}""", "/add", "required")]
    [InlineData("""{"remove":null}""", "/remove", "required")]
    [InlineData("""{"add":"x"}""", "/add", "invalid_type")]
    [InlineData("""{"remove":{}}""", "/remove", "invalid_type")]
    [InlineData("""{"add":[null]}""", "/add/0", "invalid_type")]
    [InlineData("""{"add":["x"]}""", "/add/0", "unknown_user")]
    [InlineData("""{"remove":["019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",7]}""", "/remove/1", "invalid_type")]
    [InlineData("""{"remove":["019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071","x"]}""", "/remove/1", "invalid_id")]
    [InlineData("""{"users":[]}""", "/users", "unknown_property")]
    [InlineData("""{"id":"019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"}""", "/id", "unknown_property")]
    [InlineData("""{"add":[],"add":[]}""", "/add", "duplicate_property")]
    [InlineData("[]", "", "invalid_type")]
    public async Task An_invalid_change_is_refused(string body, string pointer, string code)
    {
        var group = await service.CreateGroupAsync(new { users = new[] { (await service.CreateUserAsync()).Id() } });

        (await service.PatchAsync($"/auth/group/{group.Id()}/users", body)).MustRefuse((pointer, code));

        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
    }

    [Fact]
    public async Task Each_unknown_user_is_named_and_no_user_is_added_or_removed()
    {
        var users = await service.CreateUsersAsync(2);
        var group = await service.CreateGroupAsync(new { users = users[..1] });
        var before = await service.ReadBothAsync(users[1], group.Id());

        (await ChangeAsync(group, add: [users[1], Bodies.UnknownId, users[0], group.Id()], remove: users[..0]))
            .MustRefuse(("/add/1", "unknown_user"), ("/add/3", "unknown_user"));
        (await ChangeAsync(group, add: [Bodies.UnknownId], remove: users[..1])).MustRefuse(("/add/0", "unknown_user"));

        Assert.Equal(before, await service.ReadBothAsync(users[1], group.Id()));
    }

    [Fact]
    public async Task A_user_that_is_both_added_and_removed_is_named()
    {
        var users = await service.CreateUsersAsync(2);
        var group = await service.CreateGroupAsync(new { users = users[..1] });

        (await ChangeAsync(group, add: users, remove: [Bodies.UnknownId, users[1].ToUpperInvariant(), users[0]]))
            .MustRefuse(("/remove/1", "contradiction"), ("/remove/2", "contradiction"));

        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_named_at_once()
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = await service.CreateGroupAsync();

        (await service.PatchAsync($"/auth/group/{group.Id()}/users", new JsonObject
        {
            ["add"] = new JsonArray(user, "x", 1, Bodies.UnknownId),
            ["remove"] = new JsonArray("y", user),
            ["nickname"] = "x",
        })).MustRefuse(
            ("/add/1", "unknown_user"),
            ("/add/2", "invalid_type"),
            ("/add/3", "unknown_user"),
            ("/remove/0", "invalid_id"),
            ("/remove/1", "contradiction"),
            ("/nickname", "unknown_property"));

        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
    }

    [Fact]
    public async Task A_change_has_at_most_10_000_ids()
    {
        var group = await service.CreateGroupAsync();
        var users = await service.SeedUsersAsync(10_000);

        MustTell(await ChangeAsync(group, add: users, remove: []), added: 10_000, removed: 0, unchanged: 0);
        MustTell(await ChangeAsync(group, add: users[5_000..], remove: users[..5_000]), added: 0, removed: 5_000, unchanged: 5_000);
        var before = await service.ReadBothAsync(users[0], group.Id());
        (await ChangeAsync(group, add: users[..5_000], remove: [.. users[5_000..], users[5_000]])).MustRefuse(("", "too_many"));
        (await ChangeAsync(group, add: [.. users, users[0]], remove: [])).MustRefuse(("/add", "too_many"));
        (await ChangeAsync(group, add: [], remove: [.. users, users[0]])).MustRefuse(("/remove", "too_many"));
        (await service.PatchAsync($"/auth/group/{group.Id()}/users", new { add = Enumerable.Repeat("x", 100_001) }))
            .MustRefuse(("/add", "too_many"));

        Assert.Equal(before, await service.ReadBothAsync(users[0], group.Id()));
        Assert.Equal(users[5_000..], (await service.ReadGroupAsync(group.Id())).Ids("users"));
    }

    [Fact]
    public async Task An_unknown_group_is_not_found()
    {
        var user = await service.CreateUserAsync();
        object[] bodies =
            ["{}", new { add = new[] { user.Id() } }, new { remove = new[] { user.Id() } }, new { add = new[] { Bodies.UnknownId } }];
        foreach (var body in bodies)
        {
            var problem = (await service.PatchAsync($"/auth/group/{Bodies.UnknownId}/users", body)).MustBe(404).Json;
            Assert.Equal("user_group_not_found", (string)problem["code"]!);
        }

        (await service.ReadUserAsync(user.Id())).MustEqual(user);
        (await service.PatchAsync("/auth/group/42/users", "{}")).MustBe(404);
    }

    [Fact]
    public async Task If_Match_compares_the_tag_of_the_group()
    {
        var (user, group) = ((await service.CreateUserAsync()).Id(), (await service.CreateGroupAsync()).Id());
        var path = $"/auth/group/{group}/users";
        var tag = (await service.GetAsync($"/auth/group/{group}")).Headers.ETag!.ToString();
        var before = await service.ReadBothAsync(user, group);

        foreach (var body in new object[] { "{}", new { add = new[] { user } } })
        {
            var problem = (await service.SendIfMatchAsync(HttpMethod.Patch, path, "\"other\"", body)).MustBe(412).Json;
            Assert.Equal("precondition_failed", (string)problem["code"]!);
        }

        Assert.Equal(before, await service.ReadBothAsync(user, group));
        (await service.SendIfMatchAsync(HttpMethod.Patch, path, tag, "{}")).MustBe(200);
        (await service.SendIfMatchAsync(HttpMethod.Patch, path, tag, new { add = new[] { user } })).MustBe(200);
        (await service.SendIfMatchAsync(HttpMethod.Patch, path, tag, new { remove = new[] { user } })).MustBe(412);
    }

    [Fact]
    public async Task A_change_writes_no_other_membership()
    {
        var users = await service.CreateUsersAsync(4);
        var group = await service.CreateGroupAsync(new { users = users[..3] });
        var before = await service.ReadMembershipRowsAsync(group.Id());

        (await ChangeAsync(group, add: users[1..], remove: users[..1])).MustBe(200);

        Assert.Equal(before[1..], (await service.ReadMembershipRowsAsync(group.Id()))[..2]);
    }

    [Fact]
    public async Task After_a_change_of_thousands_a_single_membership_does_not_scan_all_groups()
    {
        await service.SeedGroupsAsync(3_000);
        var users = await service.SeedUsersAsync(5_000);
        var group = (await service.CreateGroupAsync()).Id();

        var scans = await service.ExecuteAsync(
            $"""
            INSERT INTO memberships (group_id, user_id) SELECT '{group}', unnest('{'{' + string.Join(',', users[1..]) + '}'}'::uuid[]);
            INSERT INTO memberships (group_id, user_id) VALUES ('{group}', '{users[0]}');
            SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'user_groups';
            """);

        Assert.Equal(0L, scans);
    }

    private Task<Answer> ChangeAsync(JsonObject group, string[] add, string[] remove) =>
        service.PatchAsync($"/auth/group/{group.Id()}/users", new { add, remove });

    private static void MustTell(Answer answer, int added, int removed, int unchanged) =>
        answer.MustBe(200).Json.MustEqual(new JsonObject { ["added"] = added, ["removed"] = removed, ["unchanged"] = unchanged });
}

using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

public sealed class RemoveGroupUserByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_membership_ends_and_both_resources_change()
    {
        var users = await service.CreateUsersAsync(2);
        var group = await service.CreateGroupAsync(new { users });
        var other = (await service.CreateGroupAsync(new { users })).Id();
        var staying = await service.ReadUserAsync(users[0]);
        var leaving = await service.ReadUserAsync(users[1]);

        (await service.DeleteAsync($"/auth/group/{group.Id()}/users/{users[1]}")).MustBe(204);

        var changed = await service.ReadGroupAsync(group.Id());
        Assert.Equal(users[..1], changed.Ids("users"));
        changed.Without("users", "updated_at").MustEqual(group.Without("users", "updated_at"));
        Assert.True(changed.UpdatedAt() > group.UpdatedAt());
        var left = await service.ReadUserAsync(users[1]);
        Assert.Equal([other], left.Ids("user_groups"));
        Assert.True(left.UpdatedAt() > leaving.UpdatedAt());
        (await service.ReadUserAsync(users[0])).MustEqual(staying);
    }

    [Theory]
    [InlineData("/auth/group/{0}/users/{1}/")]
    [InlineData("/api/v1/auth/group/{0}/users/{1}")]
    [InlineData("/api/v1/auth/group/{0}/users/{1}/")]
    public async Task The_user_is_removed_at_every_form_of_the_address(string path)
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = (await service.CreateGroupAsync(new { users = new[] { user } })).Id();

        (await service.DeleteAsync(path
            .Replace("{0}", group.ToUpperInvariant(), StringComparison.Ordinal)
            .Replace("{1}", user.ToUpperInvariant(), StringComparison.Ordinal))).MustBe(204);

        Assert.Empty((await service.ReadGroupAsync(group)).Ids("users"));
    }

    [Fact]
    public async Task Removing_another_or_unknown_user_changes_nothing_and_leaves_no_audit_entry()
    {
        var users = await service.CreateUsersAsync(2);
        var group = (await service.CreateGroupAsync(new { users = users[..1] })).Id();
        var before = await service.ReadBothAsync(users[1], group);

        (await service.DeleteAsync($"/auth/group/{group}/users/{users[1]}")).MustBe(204);
        (await service.DeleteAsync($"/auth/group/{group}/users/{Bodies.UnknownId}")).MustBe(204);

        Assert.Equal(before, await service.ReadBothAsync(users[1], group));
    }

    [Fact]
    public async Task The_audit_entry_of_the_group_names_the_removed_user()
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = (await service.CreateGroupAsync(new { users = new[] { user } })).Id();

        (await service.DeleteAsync($"/auth/group/{group}/users/{user}")).MustBe(204);

        var entry = await service.LastEntryAsync(group);
        Assert.Equal("UserGroups_removeUserById", (string)entry["operation"]!);
        Assert.Empty(entry["changes"]!.AsObject());
        Assert.Empty(entry.Ids("added"));
        Assert.Equal([user], entry.Ids("removed"));
    }

    [Fact]
    public async Task An_unknown_group_is_not_found()
    {
        var user = await service.CreateUserAsync();

        var problem = (await service.DeleteAsync($"/auth/group/{Bodies.UnknownId}/users/{user.Id()}")).MustBe(404).Json;

        Assert.Equal("user_group_not_found", (string)problem["code"]!);
        (await service.ReadUserAsync(user.Id())).MustEqual(user);
        (await service.DeleteAsync($"/auth/group/{(await service.CreateGroupAsync()).Id()}/users/42")).MustBe(404);
    }

    [Fact]
    public async Task If_Match_compares_the_tag_of_the_group()
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = (await service.CreateGroupAsync(new { users = new[] { user } })).Id();
        var path = $"/auth/group/{group}/users/{user}";
        var tag = (await service.GetAsync($"/auth/group/{group}")).Headers.ETag!.ToString();
        var before = await service.ReadBothAsync(user, group);

        var problem = (await service.SendIfMatchAsync(HttpMethod.Delete, path, "\"other\"")).MustBe(412).Json;

        Assert.Equal("precondition_failed", (string)problem["code"]!);
        Assert.Equal(before, await service.ReadBothAsync(user, group));
        (await service.SendIfMatchAsync(HttpMethod.Delete, path, tag)).MustBe(204);
        (await service.SendIfMatchAsync(HttpMethod.Delete, path, tag)).MustBe(412);
        (await service.SendIfMatchAsync(HttpMethod.Delete, path, "*")).MustBe(204);
    }
}

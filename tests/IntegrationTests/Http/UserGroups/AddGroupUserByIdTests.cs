using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

public sealed class AddGroupUserByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_user_becomes_a_member_and_both_resources_change()
    {
        var users = await service.CreateUsersAsync(2);
        var group = await service.CreateGroupAsync(new { users = users[..1] });
        var staying = await service.ReadUserAsync(users[0]);
        var joining = await service.ReadUserAsync(users[1]);

        (await service.PutAsync($"/auth/group/{group.Id()}/users/{users[1]}")).MustBe(204);

        var changed = await service.ReadGroupAsync(group.Id());
        Assert.Equal(users, changed.Ids("users"));
        changed.Without("users", "updated_at").MustEqual(group.Without("users", "updated_at"));
        Assert.True(changed.UpdatedAt() > group.UpdatedAt());
        var joined = await service.ReadUserAsync(users[1]);
        Assert.Equal([group.Id()], joined.Ids("user_groups"));
        Assert.True(joined.UpdatedAt() > joining.UpdatedAt());
        (await service.ReadUserAsync(users[0])).MustEqual(staying);
    }

    [Theory]
    [InlineData("/auth/group/{0}/users/{1}/")]
    [InlineData("/api/v1/auth/group/{0}/users/{1}")]
    [InlineData("/api/v1/auth/group/{0}/users/{1}/")]
    public async Task The_user_is_added_at_every_form_of_the_address(string path)
    {
        var (user, group) = ((await service.CreateUserAsync()).Id(), (await service.CreateGroupAsync()).Id());

        (await service.PutAsync(path
            .Replace("{0}", group.ToUpperInvariant(), StringComparison.Ordinal)
            .Replace("{1}", user.ToUpperInvariant(), StringComparison.Ordinal))).MustBe(204);

        Assert.Equal([user], (await service.ReadGroupAsync(group)).Ids("users"));
    }

    [Fact]
    public async Task Adding_a_present_member_changes_nothing_and_leaves_no_audit_entry()
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = (await service.CreateGroupAsync(new { users = new[] { user } })).Id();
        var before = await service.ReadBothAsync(user, group);

        (await service.PutAsync($"/auth/group/{group}/users/{user}")).MustBe(204);
        (await service.PutAsync($"/auth/group/{group}/users/{user}")).MustBe(204);

        Assert.Equal(before, await service.ReadBothAsync(user, group));
    }

    [Fact]
    public async Task The_audit_entry_of_the_group_names_the_added_user()
    {
        var (user, group) = ((await service.CreateUserAsync()).Id(), (await service.CreateGroupAsync()).Id());

        (await service.PutAsync($"/auth/group/{group}/users/{user}")).MustBe(204);

        var entry = await service.LastEntryAsync(group);
        Assert.Equal("UserGroups_addUserById", (string)entry["operation"]!);
        Assert.Empty(entry["changes"]!.AsObject());
        Assert.Equal([user], entry.Ids("added"));
        Assert.Empty(entry.Ids("removed"));
        Assert.Equal("Users_createNewUser", (string)(await service.LastEntryAsync(user))["operation"]!);
    }

    [Fact]
    public async Task An_unknown_user_and_an_unknown_group_have_different_codes()
    {
        var user = await service.CreateUserAsync();
        var group = await service.CreateGroupAsync();

        var unknownUser = (await service.PutAsync($"/auth/group/{group.Id()}/users/{Bodies.UnknownId}")).MustBe(404).Json;
        var unknownGroup = (await service.PutAsync($"/auth/group/{Bodies.UnknownId}/users/{user.Id()}")).MustBe(404).Json;
        var neither = (await service.PutAsync($"/auth/group/{Bodies.UnknownId}/users/{Bodies.UnknownId}")).MustBe(404).Json;

        Assert.Equal("user_not_found", (string)unknownUser["code"]!);
        Assert.Equal("user_group_not_found", (string)unknownGroup["code"]!);
        Assert.Equal("user_group_not_found", (string)neither["code"]!);
        (await service.ReadUserAsync(user.Id())).MustEqual(user);
        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
        (await service.PutAsync($"/auth/group/{group.Id()}/users/42")).MustBe(404);
        (await service.PutAsync($"/auth/group/42/users/{user.Id()}")).MustBe(404);
    }

    [Fact]
    public async Task If_Match_compares_the_tag_of_the_group()
    {
        var (user, group) = ((await service.CreateUserAsync()).Id(), (await service.CreateGroupAsync()).Id());
        var path = $"/auth/group/{group}/users/{user}";
        var tag = (await service.GetAsync($"/auth/group/{group}")).Headers.ETag!.ToString();
        var before = await service.ReadBothAsync(user, group);

        var problem = (await service.SendIfMatchAsync(HttpMethod.Put, path, "\"other\"")).MustBe(412).Json;
        (await service.SendIfMatchAsync(HttpMethod.Put, path, "no tag")).MustRefuseParameters("If-Match");

        Assert.Equal("precondition_failed", (string)problem["code"]!);
        Assert.Equal(before, await service.ReadBothAsync(user, group));
        (await service.SendIfMatchAsync(HttpMethod.Put, path, tag)).MustBe(204);
        (await service.SendIfMatchAsync(HttpMethod.Put, path, tag)).MustBe(412);
        (await service.SendIfMatchAsync(HttpMethod.Put, path, "*")).MustBe(204);
    }

    [Fact]
    public async Task Adding_a_member_writes_no_other_membership()
    {
        var users = await service.CreateUsersAsync(3);
        var group = (await service.CreateGroupAsync(new { users = users[..2] })).Id();
        var before = await service.ReadMembershipRowsAsync(group);

        (await service.PutAsync($"/auth/group/{group}/users/{users[2]}")).MustBe(204);

        Assert.Equal(before, (await service.ReadMembershipRowsAsync(group))[..2]);
    }
}

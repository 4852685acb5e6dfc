using CleanWorkspace.IntegrationTests.Hosting;
using CleanWorkspace.IntegrationTests.Http.Generated;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>A client that is generated from docs/openapi.json.</summary>
public sealed class GeneratedClientTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private UsersClient Users => new(service.BaseAddress, service.Client);

    private UserGroupsClient UserGroups => new(service.BaseAddress, service.Client);

    [Fact]
    public async Task A_generated_client_can_create_read_change_and_delete_resources()
    {
        var group = await UserGroups.CreateNewGroupAsync(new UserGroupsCreateNewGroupRequest { Name = "Mathematicians", Icon = "abacus" });
        var user = await Users.CreateNewUserAsync(new UsersCreateNewUserRequest
        {
            First_name = "Ada",
            Last_name = "Lovelace",
            Email = "ada@example.org",
            _role = "Editor",
            User_groups = [group.Id],
        });
        Assert.Equal(("Ada", "Lovelace", "ada@example.org", Role.Editor), (user.First_name, user.Last_name, user.Email, user.Role));
        Assert.Equal([group.Id], user.User_groups);

        var read = await Users.GetUserByIdAsync(user.Id);
        Assert.Equal((user.Id, user.Created_at, user.Updated_at), (read.Id, read.Created_at, read.Updated_at));
        Assert.Equal([user.Id], (await UserGroups.GetUserGroupByIdAsync(group.Id)).Users);

        var changed = await Users.UpdateByIdAsync(user.Id, new UsersUpdateByIdRequest { First_name = "Augusta", User_groups = [] });
        Assert.Equal(("Augusta", "Lovelace", Role.Editor), (changed.First_name, changed.Last_name, changed.Role));
        Assert.Empty(changed.User_groups);
        Assert.True(changed.Updated_at > user.Updated_at);

        var joined = await UserGroups.UpdateByIdAsync(
            group.Id, new UserGroupsUpdateByIdRequest { Description = "On the engine.", Users = [user.Id] });
        Assert.Equal(("Mathematicians", "abacus", "On the engine."), (joined.Name, joined.Icon, joined.Description));
        Assert.Equal([user.Id], joined.Users);

        var users = await Users.ListAsync(page: 1, page_size: 1);
        Assert.Equal((1, 1, 1), (users.Count, users.Total_pages, users.Meta.Page));
        Assert.Equal(user.Id, Assert.Single(users.Results).Id);
        Assert.Equal(group.Id, Assert.Single((await UserGroups.ListAsync()).Results).Id);

        await Users.DeleteByIdAsync(user.Id);
        Assert.Empty((await UserGroups.GetUserGroupByIdAsync(group.Id)).Users);
        await UserGroups.DeleteByIdAsync(group.Id);
        Assert.Equal(404, (await Assert.ThrowsAsync<ApiException<Problem>>(() => Users.GetUserByIdAsync(user.Id))).Result.Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<ApiException<Problem>>(() => UserGroups.DeleteByIdAsync(group.Id))).Result.Status);
    }

    [Fact]
    public async Task A_generated_client_gets_the_faults_of_a_refusal_as_objects()
    {
        var refusal = await Assert.ThrowsAsync<ApiException<Problem>>(() => Users.CreateNewUserAsync(
            new UsersCreateNewUserRequest { Email = "nobody", User_groups = [Guid.Empty] }));

        Assert.Equal((400, "validation_failed"), (refusal.Result.Status, refusal.Result.Code));
        Assert.Equal(
            [("/email", "invalid_email"), ("/user_groups/0", "unknown_user_group")],
            refusal.Result.Errors.Select(error => (error.Pointer, error.Code)));
    }
}

using System.Text;
using System.Text.Json;
using CleanWorkspace.IntegrationTests.Hosting;
using CleanWorkspace.IntegrationTests.Http.Generated.SystemTextJson;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>A client that is generated from docs/openapi.json and uses System.Text.Json.</summary>
public sealed class GeneratedClientTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private UsersClient Users => new(service.BaseAddress, service.Client);

    private EventsClient Events => new(service.BaseAddress, service.Client);

    private WebhooksClient Webhooks => new(service.BaseAddress, service.Client);

    private UserGroupsClient UserGroups => new(service.BaseAddress, service.Client);

    [Fact]
    public async Task A_generated_client_can_create_read_change_and_delete_resources()
    {
        await service.ClearAsync();
        var group = (await UserGroups.CreateNewGroupAsync(
            new UserGroupsCreateNewGroupRequest { Name = "Mathematicians", Icon = "abacus" })).Result;
        var user = (await Users.CreateNewUserAsync(new UsersCreateNewUserRequest
        {
            First_name = "Ada",
            Last_name = "Lovelace",
            Email = "ada@example.org",
            _role = "Editor",
            User_groups = [group.Id],
        })).Result;
        Assert.Equal(("Ada", "Lovelace", "ada@example.org", Role.Editor), (user.First_name, user.Last_name, user.Email, user.Role));
        Assert.Equal([group.Id], user.User_groups);

        var read = (await Users.GetUserByIdAsync(user.Id)).Result;
        Assert.Equal((user.Id, user.Created_at, user.Updated_at), (read.Id, read.Created_at, read.Updated_at));
        Assert.Equal([user.Id], (await UserGroups.GetUserGroupByIdAsync(group.Id)).Result.Users);

        var changed = (await Users.UpdateByIdAsync(
            user.Id, new UsersUpdateByIdRequest { First_name = "Augusta", User_groups = [] })).Result;
        Assert.Equal(("Augusta", "Lovelace", Role.Editor), (changed.First_name, changed.Last_name, changed.Role));
        Assert.Empty(changed.User_groups);
        Assert.True(changed.Updated_at > user.Updated_at);

        var joined = (await UserGroups.UpdateByIdAsync(
            group.Id, new UserGroupsUpdateByIdRequest { Description = "On the engine.", Users = [user.Id] })).Result;
        Assert.Equal(("Mathematicians", "abacus", "On the engine."), (joined.Name, joined.Icon, joined.Description));
        Assert.Equal([user.Id], joined.Users);

        var users = (await Users.ListAsync(page: 1, page_size: 1)).Result;
        Assert.Equal((1, 1, 1), (users.Count, users.Total_pages, users.Meta.Page));
        Assert.Equal(user.Id, Assert.Single(users.Results).Id);
        Assert.Equal(group.Id, Assert.Single((await UserGroups.ListAsync()).Result.Results).Id);

        await Users.DeleteByIdAsync(user.Id);
        Assert.Empty((await UserGroups.GetUserGroupByIdAsync(group.Id)).Result.Users);
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

    [Fact]
    public async Task A_generated_client_can_use_entity_tags_and_idempotency_keys()
    {
        var created = await Users.CreateNewUserAsync(new UsersCreateNewUserRequest { First_name = "Ada" }, "key-1");
        var (id, tag) = (created.Result.Id, created.Headers["ETag"].Single());
        Assert.Equal(id, (await Users.CreateNewUserAsync(new UsersCreateNewUserRequest { First_name = "Ada" }, "key-1")).Result.Id);
        var reused = await Assert.ThrowsAsync<ApiException<Problem>>(
            () => Users.CreateNewUserAsync(new UsersCreateNewUserRequest { First_name = "Grace" }, "key-1"));
        Assert.Equal((422, "idempotency_key_reused"), (reused.Result.Status, reused.Result.Code));

        Assert.Equal(304, (await Assert.ThrowsAsync<ApiException>(() => Users.GetUserByIdAsync(id, ifNoneMatch: tag))).StatusCode);
        await Users.UpdateByIdAsync(id, new UsersUpdateByIdRequest { First_name = "Augusta" }, tag);
        var stale = await Assert.ThrowsAsync<ApiException<Problem>>(
            () => Users.UpdateByIdAsync(id, new UsersUpdateByIdRequest { First_name = "Byron" }, tag));
        Assert.Equal((412, "precondition_failed"), (stale.Result.Status, stale.Result.Code));
    }

    [Fact]
    public async Task A_generated_client_can_sort_and_select_fields()
    {
        await service.ClearAsync();
        await service.CreateUserAsync(new { first_name = "Ada", role = "admin" });
        await service.CreateUserAsync(new { first_name = "Grace", role = "admin" });

        var users = (await Users.ListAsync(sort: UserSort.FirstNameDescending, fields: [UserField.Id, UserField.FirstName])).Result;

        Assert.Equal(["Grace", "Ada"], users.Results.Select(user => user.First_name));
        // The answer has no role.
        Assert.All(users.Results, user => Assert.Equal(Role.Guest, user.Role));
    }

    [Fact]
    public async Task A_generated_client_can_follow_the_feed_of_events()
    {
        var start = (await Events.ListAsync(after: "now")).Result.Next;
        var user = (await Users.CreateNewUserAsync(new UsersCreateNewUserRequest { First_name = "Ada" })).Result.Id;
        await Users.UpdateByIdAsync(user, new UsersUpdateByIdRequest { First_name = "Augusta" });

        var first = (await Events.ListAsync(after: start, resource: user, limit: 1, wait: 30)).Result;
        EventType[] types = [EventType.UserUpdated, EventType.UserDeleted];
        var second = (await Events.ListAsync(after: first.Next, types: types, resource: user, wait: 30)).Result;

        Assert.Equal("user.created", Assert.Single(first.Results).Type);
        var change = Assert.Single(second.Results);
        Assert.Equal(("user.updated", user), (change.Type, change.Resource_id));
        Assert.Equal(("Ada", "Augusta"), (change.Changes["first_name"].From, change.Changes["first_name"].To));
    }

    [Fact]
    public async Task A_generated_client_gets_the_secrets_of_a_webhook()
    {
        var created = (await Webhooks.CreateNewWebhookAsync(
            new WebhooksCreateNewWebhookRequest { Url = "https://hooks.example.org/workspace", State = "disabled" })).Result;
        var read = (await Webhooks.GetWebhookByIdAsync(created.Id)).Result;
        var rotated = (await Webhooks.RotateByIdAsync(created.Id)).Result;
        await Webhooks.DeleteByIdAsync(created.Id);

        Assert.StartsWith("whsec_", created.Secret, StringComparison.Ordinal);
        Assert.Equal((null, WebhookState.Disabled), (read.Secret, read.State));
        Assert.StartsWith("whsec_", rotated.Secret, StringComparison.Ordinal);
        Assert.NotEqual(created.Secret, rotated.Secret);
    }

    [Fact]
    public async Task A_generated_client_can_import_and_export()
    {
        await service.ClearAsync();
        var file = new MemoryStream(Encoding.UTF8.GetBytes("email,user_groups\nada@example.org,Mathematicians\nnobody,\n"));

        using var report = await Users.ImportAsync(new FileParameter(file, "users.csv", "text/csv"), partial: true, createGroups: true);
        var lines = (await new StreamReader(report.Stream).ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var refusal = JsonSerializer.Deserialize<ImportRefusal>(lines[0])!;
        Assert.Equal((3L, "email", "invalid_email"), (refusal.Line, refusal.Column, refusal.Code));
        var summary = JsonSerializer.Deserialize<ImportSummary>(lines[1])!;
        Assert.Equal((true, 1L, 1L, 1L), (summary.Applied, summary.Created, summary.Refused, summary.Groups_created));

        using var export = await Users.ExportAsync(FileFormat.Ndjson);
        var rows = (await new StreamReader(export.Stream).ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // The last line has the token of the feed of events.
        Assert.Equal("ada@example.org", JsonSerializer.Deserialize<UserResponse>(rows[^2])!.Email);
    }
}

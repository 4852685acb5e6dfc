using System.Text;
using CleanWorkspace.IntegrationTests.Hosting;
using CleanWorkspace.IntegrationTests.Http.Generated.NewtonsoftJson;
using Newtonsoft.Json;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>A client that is generated from docs/openapi.json and uses Newtonsoft.Json. It is stricter about required properties.</summary>
public sealed class GeneratedNewtonsoftClientTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private UsersClient Users => new(service.BaseAddress, service.Client);

    private UserGroupsClient UserGroups => new(service.BaseAddress, service.Client);

    [Fact]
    public async Task A_generated_client_can_run_the_life_of_a_user_and_a_group()
    {
        var group = (await UserGroups.CreateNewGroupAsync(new UserGroupsCreateNewGroupRequest { Name = "Mathematicians" })).Result;
        var created = await Users.CreateNewUserAsync(
            new UsersCreateNewUserRequest { First_name = "Ada", Role = "editor", User_groups = [group.Id] }, "key-1");
        var (user, tag) = (created.Result, created.Headers["ETag"].Single());
        Assert.Equal(("Ada", null, Role.Editor), (user.First_name, user.Last_name, user.Role));
        Assert.Equal([user.Id], (await UserGroups.GetUserGroupByIdAsync(group.Id)).Result.Users);
        Assert.Equal(user.Id, Assert.Single((await Users.ListAsync(sort: UserSort.CreatedAtDescending)).Result.Results).Id);

        var reused = await Assert.ThrowsAsync<ApiException<Problem>>(
            () => Users.CreateNewUserAsync(new UsersCreateNewUserRequest { First_name = "Grace" }, "key-1"));
        Assert.Equal((422, "idempotency_key_reused"), (reused.Result.Status, reused.Result.Code));
        Assert.Equal(304, (await Assert.ThrowsAsync<ApiException>(() => Users.GetUserByIdAsync(user.Id, ifNoneMatch: tag))).StatusCode);
        var changed = (await Users.UpdateByIdAsync(user.Id, new UsersUpdateByIdRequest { Last_name = "Lovelace" }, tag)).Result;
        Assert.Equal(("Ada", "Lovelace", Role.Editor), (changed.First_name, changed.Last_name, changed.Role));
        var stale = await Assert.ThrowsAsync<ApiException<Problem>>(
            () => Users.UpdateByIdAsync(user.Id, new UsersUpdateByIdRequest { Last_name = "Byron" }, tag));
        Assert.Equal((412, "precondition_failed"), (stale.Result.Status, stale.Result.Code));

        using var export = await Users.ExportAsync(FileFormat.Ndjson);
        var rows = (await new StreamReader(export.Stream).ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // The last line has the token of the feed of events.
        Assert.Equal(user.Id, JsonConvert.DeserializeObject<UserResponse>(rows[^2])!.Id);

        await Users.DeleteByIdAsync(user.Id);
        await UserGroups.DeleteByIdAsync(group.Id);
        Assert.Equal(404, (await Assert.ThrowsAsync<ApiException<Problem>>(() => Users.GetUserByIdAsync(user.Id))).Result.Status);

        var file = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', rows)));
        using var import = await Users.ImportAsync(new FileParameter(file, "all.ndjson", "application/x-ndjson"), createGroups: true);
        var summary = JsonConvert.DeserializeObject<ImportSummary>(await new StreamReader(import.Stream).ReadToEndAsync())!;
        Assert.Equal((true, 1L, 1L), (summary.Applied, summary.Created, summary.Groups_created));
    }
}

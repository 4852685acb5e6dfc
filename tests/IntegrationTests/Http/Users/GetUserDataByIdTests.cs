using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class GetUserDataByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_document_has_the_user_its_changes_and_memberships_and_the_deliveries()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var webhook = (await service.CreateWebhookAsync(receiver, "user.created", "group.created", "user.updated")).Id();
        var id = (await service.CreateUserAsync(new { first_name = "Ada", email = "ada@example.org" })).Id();
        await service.CreateUserAsync(new { first_name = "Other" });
        var group = (await service.CreateGroupAsync(new { users = new[] { id } })).Id();
        (await service.PatchAsync($"/user/{id}", new { last_name = "Lovelace" })).MustBe(200);
        await receiver.WaitAsync(4);
        JsonObject data = [];
        await Eventually.BeAsync(async () => (data = await ReadAsync(id))["deliveries"]!.AsArray().Count == 2);

        data["user"]!.AsObject().MustEqual(await service.ReadUserAsync(id));
        Assert.Equal([id, group, id], EntriesOf(data).Select(entry => (string)entry["resource_id"]!));
        Assert.Equal("Ada", (string)EntriesOf(data)[0]["changes"]!["first_name"]!["to"]!);
        Assert.Equal([id], EntriesOf(data)[1].Ids("added"));
        Assert.Equal(
            [$"{webhook} user.created 204", $"{webhook} user.updated 204"],
            data["deliveries"]!.AsArray().Select(attempt => $"{attempt!["webhook_id"]} {attempt["type"]} {attempt["status"]}"));
        // The deliveries about a group are not those of a user.
        (await service.GetAsync($"/user/{group}/data")).MustBe(404);
    }

    [Fact]
    public async Task A_deleted_user_has_its_history()
    {
        var id = (await service.CreateUserAsync(new { first_name = "Ada" })).Id();
        (await service.DeleteAsync($"/user/{id}")).MustBe(204);

        var data = await ReadAsync(id);

        Assert.Null(data["user"]);
        Assert.Equal("Ada", (string)EntriesOf(data)[^1]["changes"]!["first_name"]!["from"]!);
    }

    [Fact]
    public async Task The_changes_by_a_caller_are_added_on_request()
    {
        var id = (await service.CreateUserAsync()).Id();
        var token = await service.CreateTokenAsync("admin");
        var other = (await service.SendAsAsync(token, HttpMethod.Post, "/user", new { first_name = "Other" })).MustBe(201).Json.Id();

        var without = await ReadAsync(id);
        var with = await ReadAsync(id, $"?actor=key:{Guid.ParseExact(token.Split('_')[1], "N")}");

        Assert.DoesNotContain(EntriesOf(without), entry => (string)entry["resource_id"]! == other);
        Assert.Contains(EntriesOf(with), entry => (string)entry["resource_id"]! == other);
    }

    [Fact]
    public async Task An_id_that_is_no_users_is_not_found()
    {
        var group = (await service.CreateGroupAsync()).Id();

        foreach (var id in new[] { Bodies.UnknownId, group })
        {
            Assert.Equal("user_not_found", (string)(await service.GetAsync($"/user/{id}/data")).MustBe(404).Json["code"]!);
        }
    }

    private static List<JsonObject> EntriesOf(JsonObject data) => [.. data["audit_entries"]!.AsArray().Select(entry => entry!.AsObject())];

    private async Task<JsonObject> ReadAsync(string id, string query = "") =>
        (await service.GetAsync($"/user/{id}/data{query}")).MustBe(200).Json;
}

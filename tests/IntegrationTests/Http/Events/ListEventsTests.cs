using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Events;

public sealed class ListEventsTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_life_of_a_user_is_three_events_with_its_versions()
    {
        var reader = await EventReader.StartAsync(service);
        var created = await service.PostAsync("/user", new { first_name = "Ada", email = "ada@example.org", role = "editor" });
        var id = created.Json.Id();
        var updated = await service.PatchAsync($"/user/{id}", new { first_name = "Augusta", last_name = "King" });
        (await service.DeleteAsync($"/user/{id}")).MustBe(204);

        var events = await reader.ReadUntilAsync(events => events.Count == 3);

        Assert.Equal(["user.created", "user.updated", "user.deleted"], events.Select(change => change.Type()));
        Assert.All(events, change => Assert.Equal(("users", id), ((string)change["resource"]!, change.ResourceId())));
        Assert.Equal(
            [created.Headers.ETag!.Tag, updated.Headers.ETag!.Tag, updated.Headers.ETag.Tag],
            events.Select(change => $"\"{change["version"]}\""));
        MustTell(events[0], """{"first_name":[null,"Ada"],"email":[null,"ada@example.org"],"role":[null,"editor"]}""");
        MustTell(events[1], """{"first_name":["Ada","Augusta"],"last_name":[null,"King"]}""");
        MustTell(
            events[2],
            """{"first_name":["Augusta",null],"last_name":["King",null],"email":["ada@example.org",null],"role":["editor",null]}""");
        Assert.Equal("Users_updateById", (string)events[1]["operation"]!);
        Assert.Equal((string)updated.Headers.GetValues("X-Request-Id").Single(), (string)events[1]["trace_id"]!);
        Assert.Equal(3, events.Select(change => (long)change["transaction"]!).Distinct().Count());
    }

    [Fact]
    public async Task A_change_of_memberships_is_an_event_of_each_group_whichever_side_was_written()
    {
        var users = await service.CreateUsersAsync(2);
        var groups = await service.CreateGroupsAsync(2);
        var reader = await EventReader.StartAsync(service);

        (await service.PatchAsync($"/user/{users[0]}", new { user_groups = groups })).MustBe(200);
        var byUser = await reader.ReadUntilAsync(events => events.Count == 2);
        var tags = await ReadTagsAsync(groups);
        var changed = await service.PatchAsync($"/auth/group/{groups[0]}", new { users = new[] { users[1] } });
        var byGroup = await reader.ReadUntilAsync(events => events.Count == 2);

        Assert.Equal(groups, byUser.Select(change => change.ResourceId()));
        Assert.Equal(tags, byUser.Select(change => $"\"{change["version"]}\""));
        Assert.All(byUser, change => MustChange(change, [users[0]], []));
        MustChange(byGroup[0], [], [users[0]]);
        MustChange(byGroup[1], [users[1]], []);
        Assert.All(byGroup, change => Assert.Equal(changed.Headers.ETag!.Tag, $"\"{change["version"]}\""));
    }

    [Fact]
    public async Task A_deleted_user_leaves_its_groups_first()
    {
        var group = (await service.CreateGroupAsync()).Id();
        var user = (await service.CreateUserAsync(new { user_groups = new[] { group } })).Id();
        var reader = await EventReader.StartAsync(service);

        (await service.DeleteAsync($"/user/{user}")).MustBe(204);

        var events = await reader.ReadUntilAsync(events => events.Count == 2);
        Assert.True(events[0].IsOf("group.members_changed", group) && events[1].IsOf("user.deleted", user));
        MustChange(events[0], [], [user]);
        Assert.Single(events.Select(change => (long)change["transaction"]!).Distinct());
    }

    [Fact]
    public async Task A_page_ends_with_a_whole_write()
    {
        var users = await service.CreateUsersAsync(3);
        var reader = await EventReader.StartAsync(service);
        var group = await service.CreateGroupAsync(new { name = "A", users });
        await service.CreateUserAsync();

        await Eventually.BeAsync(async () => await CountAfterAsync(reader.Next) == 3, TimeLimit.OfWait);
        var first = await reader.ReadAsync("&limit=1");
        var second = await reader.ReadAsync("&limit=1");

        Assert.Equal(["group.created", "group.members_changed"], first.Select(change => change.Type()));
        MustChange(first[1], users, []);
        Assert.Equal(group.Id(), first[1].ResourceId());
        Assert.Equal("user.created", Assert.Single(second).Type());
        Assert.Empty(await reader.ReadAsync("&limit=1"));
    }

    [Fact]
    public async Task A_long_list_of_members_is_in_several_events_of_one_write()
    {
        var users = await service.SeedUsersAsync(2500);
        var reader = await EventReader.StartAsync(service);

        var group = (await service.CreateGroupAsync(new { users })).Id();

        var events = (await reader.ReadUntilAsync(events => events.Any(change => change.IsOf("group.created", group))))
            .Where(change => change.Type() == "group.members_changed").ToList();
        Assert.Equal([1000, 1000, 500], events.Select(change => change["added"]!.AsArray().Count));
        Assert.Equal(users, events.SelectMany(change => change.Ids("added")));
        Assert.Equal(3, events.Select(change => (string)change["id"]!).Distinct().Count());
    }

    [Fact]
    public async Task Types_and_the_resource_select_events()
    {
        var reader = await EventReader.StartAsync(service);
        var start = reader.Next;
        var user = (await service.CreateUserAsync()).Id();
        var other = (await service.CreateUserAsync()).Id();
        (await service.PatchAsync($"/user/{user}", new { first_name = "B" })).MustBe(200);
        await reader.ReadUntilAsync(events => events.Count == 3);

        Assert.Equal([user, other], await IdsAsync(start, "&types=user.created"));
        Assert.Equal([user], await IdsAsync(start, "&types=user.updated,user.deleted"));
        Assert.Equal([user, user], await IdsAsync(start, $"&resource={user}"));
        Assert.Equal([other], await IdsAsync(start, $"&types=user.created&resource={other}&limit=1"));
        Assert.Empty(await IdsAsync(start, "&types=group.created"));
    }

    [Fact]
    public async Task A_request_waits_for_the_next_event()
    {
        var reader = await EventReader.StartAsync(service);
        var waiting = reader.ReadAsync("&wait=30");

        var user = (await service.CreateUserAsync()).Id();

        Assert.Equal(user, Assert.Single(await waiting.WithinLimitAsync()).ResourceId());
        Assert.Empty(await reader.ReadAsync("&wait=0"));
    }

    [Fact]
    public async Task The_oldest_event_comes_first_without_a_token()
    {
        var page = (await service.GetAsync("/events?limit=1")).MustBe(200).Json;

        // The fixture's own key is the first change of the database.
        Assert.Equal("key.created", page["results"]!.AsArray()[0]!.AsObject().Type());
    }

    [Fact]
    public async Task Viewers_see_no_events_of_keys()
    {
        var viewer = await service.CreateTokenAsync("viewer");
        var reader = await EventReader.StartAsync(service);
        await service.CreateTokenAsync("guest");
        var user = (await service.CreateUserAsync()).Id();
        var start = reader.Next;
        await reader.ReadUntilAsync(events => events.Count == 2);

        var page = (await service.SendAsAsync(viewer, HttpMethod.Get, $"/events?after={start}")).MustBe(200).Json;
        var refused = (await service.SendAsAsync(viewer, HttpMethod.Get, "/events?types=user.created,key.created")).MustBe(403);

        Assert.Equal(user, Assert.Single(page["results"]!.AsArray())!.AsObject().ResourceId());
        Assert.Equal("admin_required", (string)refused.Json["code"]!);
        (await service.SendAsAsync(await service.CreateTokenAsync("guest"), HttpMethod.Get, "/events")).MustBe(403);
    }

    [Theory]
    [InlineData("after=abc", "after")]
    [InlineData("after=", "after")]
    [InlineData("after=now&after=now", "after")]
    [InlineData("wait=-1", "wait")]
    [InlineData("wait=31", "wait")]
    [InlineData("wait=abc", "wait")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("types=user.renamed", "types")]
    [InlineData("types=", "types")]
    [InlineData("types=user.created,,user.deleted", "types")]
    [InlineData("resource=1", "resource")]
    [InlineData("since=now", "since")]
    public async Task A_wrong_parameter_is_refused(string query, string parameter) =>
        (await service.GetAsync($"/events?{query}")).MustRefuseParameters(parameter);

    [Fact]
    public async Task An_altered_token_is_refused()
    {
        var token = await EventReader.TokenAtEndAsync(service);
        for (var i = 0; i < token.Length; i++)
        {
            var altered = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            (await service.GetAsync($"/events?after={altered}")).MustRefuseParameters("after");
        }
    }

    [Fact]
    public async Task CloudEvents_have_the_event_as_their_data()
    {
        var reader = await EventReader.StartAsync(service);
        var start = reader.Next;
        var user = (await service.CreateUserAsync()).Id();
        var known = Assert.Single(await reader.ReadUntilAsync(events => events.Count == 1));

        var request = new HttpRequestMessage(HttpMethod.Get, $"/events?after={start}&limit=7");
        request.Headers.Accept.ParseAdd("application/cloudevents-batch+json");
        var answer = (await service.SendAsync(request)).MustBe(200);

        Assert.Equal("application/cloudevents-batch+json", answer.ContentType);
        var change = Assert.Single(JsonNode.Parse(answer.Text)!.AsArray())!.AsObject();
        Assert.True(JsonNode.DeepEquals(known, change["data"]));
        Assert.Equal(
            ("1.0", (string)known["id"]!, "user.created", $"users/{user}", (string)known["time"]!, $"{service.BaseAddress}/events"),
            ((string)change["specversion"]!, (string)change["id"]!, (string)change["type"]!, (string)change["subject"]!,
                (string)change["time"]!, (string)change["source"]!));
        var link = Assert.Single(answer.Headers.GetValues("Link"));
        Assert.Equal($"<{service.BaseAddress}/events?after={reader.Next}&limit=7>; rel=\"next\"", link);
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/event-stream;q=0", "application/json")]
    [InlineData("application/json, application/cloudevents-batch+json, text/event-stream", "application/json")]
    [InlineData("text/event-stream;q=0.8, application/json;q=0.9", "application/json")]
    [InlineData("application/json;q=0.8, Application/CloudEvents-Batch+JSON", "application/cloudevents-batch+json")]
    [InlineData("text/event-stream, */*", "text/event-stream")]
    public async Task The_client_gets_the_media_type_that_it_prefers(string accept, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events?after=now");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(expected, answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_stream_sends_events_and_resumes_after_the_last_id()
    {
        var reader = await EventReader.StartAsync(service);
        var first = (await service.CreateUserAsync()).Id();
        var second = (await service.CreateUserAsync()).Id();

        var lines = await ReadStreamAsync(reader.Next, null, events: 2);
        var third = (await service.CreateUserAsync()).Id();
        var resumed = await ReadStreamAsync("now", IdBefore(lines, first), events: 2);

        Assert.Equal([first, second], DataOf(lines));
        Assert.Equal([second, third], DataOf(resumed));
    }

    private async Task<List<string>> ReadStreamAsync(string after, string? lastEventId, int events)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/events?after={after}&types=user.created");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        // Browsers ask for compression, too. It must not hold an event back.
        request.Headers.AcceptEncoding.ParseAdd("gzip, br");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var answer = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.ToString());
        using var content = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var lines = new List<string>();
        while (lines.Count(IsEvent) < events || lines[^1].Length > 0)
        {
            lines.Add((await content.ReadLineAsync().WithinLimitAsync())!);
        }

        return lines;
    }

    private static bool IsEvent(string line) => line.StartsWith("event: user.created", StringComparison.Ordinal);

    // The line with the id comes first in the lines of an event.
    private static string IdBefore(List<string> lines, string resource) =>
        lines[lines.FindIndex(line => line.Contains(resource, StringComparison.Ordinal)) - 2]["id: ".Length..];

    private static List<string> DataOf(List<string> lines) =>
    [
        .. lines.Where(line => line.StartsWith("data: ", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line[6..])!.AsObject().ResourceId()),
    ];

    private async Task<int> CountAfterAsync(string token) =>
        (await service.GetAsync($"/events?after={token}")).MustBe(200).Json["results"]!.AsArray().Count;

    private async Task<List<string>> IdsAsync(string start, params string[] queries)
    {
        var ids = new List<string>();
        foreach (var query in queries)
        {
            var page = (await service.GetAsync($"/events?after={start}{query}")).MustBe(200).Json;
            ids.AddRange(page["results"]!.AsArray().Select(change => change!.AsObject().ResourceId()));
        }

        return ids;
    }

    private async Task<List<string>> ReadTagsAsync(string[] groups)
    {
        var tags = new List<string>();
        foreach (var group in groups)
        {
            tags.Add((await service.GetAsync($"/auth/group/{group}")).MustBe(200).Headers.ETag!.Tag);
        }

        return tags;
    }

    private static void MustTell(JsonObject change, string expected)
    {
        var found = new JsonObject(change["changes"]!.AsObject().Select(property => KeyValuePair.Create(
            property.Key, (JsonNode?)new JsonArray(property.Value!["from"]?.DeepClone(), property.Value["to"]?.DeepClone()))));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), found), $"{change}");
    }

    private static void MustChange(JsonObject change, string[] added, string[] removed)
    {
        Assert.Equal("group.members_changed", change.Type());
        Assert.Equal(added, change.Ids("added"));
        Assert.Equal(removed, change.Ids("removed"));
    }
}

using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class EraseUserByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    // Every column that can hold text, in every table. A value that is stored at a new place fails the test.
    private const string FindText = """
        SELECT string_agg(relname || '.' || attname, ', ') FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT attisdropped AND (xpath(
            '/row/found/text()',
            query_to_xml(
                format('SELECT count(*) AS found FROM %I WHERE %I::text ILIKE ''%%{0}%%''', relname, attname), false, true, '')
        ))[1]::text <> '0'
        """;

    [Fact]
    public async Task No_table_has_a_value_of_an_erased_user()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = call => new WebhookAnswer(200, $"{call.Body}");
        var webhook = (await service.CreateWebhookAsync(receiver)).Id();
        var group = (await service.CreateGroupAsync()).Id();
        var body = new
        {
            first_name = "Xerxesfirst",
            last_name = "Xerxeslast",
            email = "xerxesmail@example.org",
            role = "editor",
            user_groups = new[] { group },
        };
        var (key, created) = await CreateAsync(body);
        var id = created.Json.Id();
        (await service.PatchAsync($"/user/{id}", new { last_name = "Xerxessecond", email = "xerxesother@example.org" })).MustBe(200);
        await service.ExecuteAsync($"UPDATE users SET first_name = 'Xerxessql' WHERE id = '{id}'");
        (await service.ImportAsync($$"""{"id": "{{id}}", "last_name": "Xerxesimport"}""", "", "application/x-ndjson")).MustBe(200);
        await Eventually.BeAsync(async () => (await service.ReadDeliveriesAsync(webhook)).Count(
            delivery => ((string)delivery["answer"]!).Contains("Xerxes", StringComparison.Ordinal)) >= 4);
        Assert.Contains("webhook_deliveries.answer", (await FindAsync("xerxes"))!, StringComparison.Ordinal);

        (await service.PostAsync($"/user/{id}/erase", "")).MustBe(204);

        // The endpoint still learns of the erasure itself.
        await receiver.UntilAsync(() => receiver.Calls.Any(call => (string)call.Body["type"]! == "user.erased"));
        Assert.Null(await FindAsync("xerxes"));
        (await service.GetAsync($"/user/{id}")).MustBe(404);
        // A repetition of the creation must not create the person again.
        var (_, repeated) = await CreateAsync(body, key);
        Assert.Equal(id, repeated.Json.Id());
        Assert.Null(repeated.Json["email"]);
        Assert.Null(await FindAsync("xerxes"));
        Assert.Equal(0, await service.CountAsync("/user", "email=xerxesother@example.org"));
    }

    [Fact]
    public async Task The_audit_keeps_what_was_done_when_and_by_whom()
    {
        var group = (await service.CreateGroupAsync()).Id();
        var id = (await service.CreateUserAsync(new { first_name = "Ada", role = "editor", user_groups = new[] { group } })).Id();
        (await service.PatchAsync($"/user/{id}", new { last_name = "Lovelace", role = "admin" })).MustBe(200);
        var before = await AuditAsync(id);

        (await service.PostAsync($"/user/{id}/erase", "")).MustBe(204);

        var after = await AuditAsync(id);
        Assert.Equal(before.Select(FactsOf), after.Skip(2).Select(FactsOf));
        Assert.Equal(
            ["Users_eraseUserById", "Users_eraseUserById", "Users_updateById", "Users_createNewUser"],
            after.Select(entry => (string)entry["operation"]!));
        Assert.Empty(after[0]["changes"]!.AsObject());
        Assert.Equal("first_name last_name role", string.Join(' ', Names(after[1])));
        Assert.Equal([group], after[1].Ids("removed"));
        Assert.Equal("""{"from":null,"to":null}""", after[3]["changes"]!["first_name"]!.ToJsonString());
        Assert.Equal("""{"from":"editor","to":"admin"}""", after[2]["changes"]!["role"]!.ToJsonString());
        var erased = (await service.GetAsync($"/auth/audit?kind=erased&resource={id}")).MustBe(200).Json;
        Assert.Equal((string)after[0]["write_id"]!, (string)Assert.Single(erased["results"]!.AsArray())!["write_id"]!);
    }

    [Fact]
    public async Task A_deleted_user_can_be_erased_and_an_erased_one_again()
    {
        var id = (await service.CreateUserAsync(new { first_name = "Ada" })).Id();
        (await service.DeleteAsync($"/user/{id}")).MustBe(204);

        (await service.PostAsync($"/user/{id}/erase", "")).MustBe(204);
        (await service.PostAsync($"/api/v1/user/{id}/erase/", "")).MustBe(204);

        var audit = await AuditAsync(id);
        Assert.Equal(4, audit.Count);
        Assert.DoesNotContain("Ada", string.Join('\n', audit), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_else_is_erased()
    {
        var group = await service.CreateGroupAsync(new { name = "Mathematicians", description = "Ada" });
        var other = await service.CreateUserAsync(new { first_name = "Other", email = "other@example.org", user_groups = Ids(group) });
        var id = (await service.CreateUserAsync(new { first_name = "Ada", user_groups = Ids(group) })).Id();
        var audits = (await AuditAsync(other.Id()), await AuditAsync(group.Id()));

        (await service.PostAsync($"/user/{id}/erase", "")).MustBe(204);
        var unknown = (await service.PostAsync($"/user/{Bodies.UnknownId}/erase", "")).MustBe(404);
        (await service.PostAsync($"/user/{group.Id()}/erase", "")).MustBe(404);

        Assert.Equal("user_not_found", (string)unknown.Json["code"]!);
        (await service.ReadUserAsync(other.Id())).MustEqual(other);
        Assert.Equal(other.Ids("user_groups"), Ids(await service.ReadGroupAsync(group.Id())));
        Assert.Equal([other.Id()], (await service.ReadGroupAsync(group.Id())).Ids("users"));
        Assert.Equal(audits.Item1.Select(Text), (await AuditAsync(other.Id())).Select(Text));
        Assert.Equal(audits.Item2.Select(Text), (await AuditAsync(group.Id())).TakeLast(audits.Item2.Count).Select(Text));
        await service.MustCountRightAsync("after an erasure");
    }

    [Fact]
    public async Task Followers_get_consistent_events_whenever_they_began()
    {
        await service.ClearAsync();
        var group = (await service.CreateGroupAsync()).Id();
        var reader = await EventReader.StartAsync(service);
        var id = (await service.CreateUserAsync(new { first_name = "Ada", user_groups = new[] { group } })).Id();
        var (early, half) = (new EventCopy(), new EventCopy());
        var export = (await service.GetAsync("/user/export?format=ndjson")).MustBe(200).Lines;
        var next = new EventReader(service, early.Load(export));
        half.Load(export);
        (await service.PatchAsync($"/user/{id}", new { first_name = "Augusta", last_name = "King" })).MustBe(200);
        var other = new EventReader(service, next.Next);
        half.Apply(await other.ReadUntilAsync(events => events.Any(change => change.IsOf("user.updated", id))));

        (await service.PostAsync($"/user/{id}/erase", "")).MustBe(204);

        // The first copy has the values of the creation, and the change after it has none any more.
        var late = await next.ReadUntilAsync(events => events.Any(change => change.IsOf("user.erased", id)));
        early.Apply(late);
        await early.MustEqualAsync(service);
        Assert.Equal(
            ["user.updated", "group.members_changed", "user.deleted", "user.erased"], late.Select(change => change.Type()));
        Assert.DoesNotContain("Augusta", string.Join('\n', late), StringComparison.Ordinal);
        half.Apply(late.Skip(1));
        await half.MustEqualAsync(service);
        var replay = await reader.ReadUntilAsync(events => events.Any(change => change.IsOf("user.erased", id)));
        Assert.Null(replay.First(change => change.IsOf("user.created", id))["changes"]!["first_name"]!["to"]);
    }

    [Fact]
    public async Task An_erasure_waits_for_a_running_change_and_erases_its_values_too()
    {
        var id = (await service.CreateUserAsync(new { first_name = "Ada" })).Id();
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var change = new NpgsqlCommand(
            $"UPDATE users SET first_name = 'Xanthippe' WHERE id = '{id}'", connection, transaction))
        {
            await change.ExecuteNonQueryAsync();
        }

        var erasure = service.PostAsync($"/user/{id}/erase", "");
        await Eventually.BeAsync(async () => await service.ExecuteAsync(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is true);
        await transaction.CommitAsync();

        (await erasure.WithinLimitAsync()).MustBe(204);
        Assert.Null(await FindAsync("xanthippe"));
    }

    private static string[] Ids(JsonObject resource) => [resource.Id()];

    private static string Text(JsonObject entry) => entry.ToJsonString();

    private static IEnumerable<string> Names(JsonObject entry) => entry["changes"]!.AsObject().Select(change => change.Key).Order();

    private static string FactsOf(JsonObject entry) =>
        $"{entry.Without("changes").ToJsonString()} {string.Join(' ', Names(entry))}";

    private async Task<string?> FindAsync(string text) =>
        await service.ExecuteAsync(FindText.Replace("{0}", text, StringComparison.Ordinal)) as string;

    private async Task<IReadOnlyList<JsonObject>> AuditAsync(string resource) =>
    [
        .. (await service.GetAsync($"/auth/audit?resource={resource}&page_size=200")).MustBe(200).Json["results"]!.AsArray()
            .Select(entry => entry!.AsObject()),
    ];

    private async Task<(string Key, Answer Answer)> CreateAsync(object body, string? key = null)
    {
        key ??= $"{Guid.NewGuid()}";
        var request = new HttpRequestMessage(HttpMethod.Post, "/user") { Content = ServiceFixture.ToContent(body) };
        request.Headers.Add("Idempotency-Key", key);
        return (key, (await service.SendAsync(request)).MustBe(201));
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.AuditEntries;

public sealed class ListAuditEntriesTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string Everything = "/auth/audit?page_size=200";

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_new_workspace_has_an_empty_audit() =>
        (await service.GetAsync("/auth/audit")).MustBe(200).Json.MustEqual(JsonNode.Parse(
            """
            {
              "links": {"next": null, "previous": null},
              "meta": {"page": 1, "previous_page": null, "next_page": null},
              "count": 0, "total_pages": 0, "results": []
            }
            """)!.AsObject());

    [Fact]
    public async Task The_entry_of_a_new_user_has_all_its_properties_and_groups()
    {
        var group = (await service.CreateGroupAsync()).Id();
        var user = await service.CreateUserAsync(
            new { first_name = "Ada", last_name = "Lovelace", email = "Ada@example.org", role = "editor", user_groups = new[] { group } });

        var entry = await LastEntryAsync();

        Assert.Equal(("users", user.Id(), "Users_createNewUser"), Of(entry));
        var created = DateTimeOffset.Parse((string)user["created_at"]!, CultureInfo.InvariantCulture);
        Assert.InRange(DateTimeOffset.Parse((string)entry["created_at"]!, CultureInfo.InvariantCulture), created, created.AddMinutes(1));
        MustTell(
            entry,
            """{"first_name":[null,"Ada"],"last_name":[null,"Lovelace"],"email":[null,"Ada@example.org"],"role":[null,"editor"]}""",
            added: [group]);
    }

    [Fact]
    public async Task The_entry_of_a_new_group_has_all_its_properties_and_users()
    {
        var users = await service.CreateUsersAsync(2);
        var group = await service.CreateGroupAsync(new { name = "Analysts", icon = "chart", description = "Engine", users });

        var entry = await LastEntryAsync();

        Assert.Equal(("user_groups", group.Id(), "UserGroups_createNewGroup"), Of(entry));
        MustTell(entry, """{"name":[null,"Analysts"],"icon":[null,"chart"],"description":[null,"Engine"]}""", added: users);
    }

    [Fact]
    public async Task Every_property_of_a_resource_is_audited()
    {
        var user = (await service.CreateUserAsync(new { first_name = "A", last_name = "B", email = "a@example.org", role = "guest" }))
            .Without("id", "created_at", "updated_at", "user_groups");
        var ofUser = (await LastEntryAsync())["changes"]!.AsObject();
        var group = (await service.CreateGroupAsync(new { name = "A", icon = "B", description = "C" }))
            .Without("id", "created_at", "updated_at", "users");
        var ofGroup = (await LastEntryAsync())["changes"]!.AsObject();
        var key = (await service.PostAsync("/auth/key", new { name = "CI", role = "editor", expires_at = "2099-01-01T01:00:00+01:00" }))
            .MustBe(201).Json;
        var ofKey = (await LastEntryAsync())["changes"]!.AsObject();

        Assert.Equal(user.Select(property => property.Key).Order(), ofUser.Select(change => change.Key).Order());
        Assert.Equal(group.Select(property => property.Key).Order(), ofGroup.Select(change => change.Key).Order());
        Assert.Equal(
            // The audit has neither the token nor its hash.
            key.Without("id", "created_at", "updated_at", "last_used_at", "token").Select(property => property.Key).Order(),
            ofKey.Select(change => change.Key).Order());
        Assert.All(ofUser, change => Assert.Equal((string?)user[change.Key], (string?)change.Value!["to"]));
        Assert.All(ofGroup, change => Assert.Equal((string?)group[change.Key], (string?)change.Value!["to"]));
        Assert.All(ofKey, change => Assert.Equal((string?)key[change.Key], (string?)change.Value!["to"]));
    }

    [Fact]
    public async Task The_entry_of_a_change_has_exactly_the_old_and_new_values()
    {
        var user = (await service.CreateUserAsync(new { first_name = "Ada", last_name = "Byron" })).Id();

        (await service.PatchAsync($"/user/{user}", new { first_name = "Ada", last_name = "Lovelace", role = "admin" })).MustBe(200);

        var entry = await LastEntryAsync();
        Assert.Equal(("users", user, "Users_updateById"), Of(entry));
        MustTell(entry, """{"last_name":["Byron","Lovelace"],"role":["viewer","admin"]}""");
    }

    [Fact]
    public async Task Clearing_a_property_changes_it_to_null()
    {
        var group = (await service.CreateGroupAsync(new { name = "Analysts", icon = "chart" })).Id();

        (await service.PatchAsync($"/auth/group/{group}", new { icon = (string?)null })).MustBe(200);

        var entry = await LastEntryAsync();
        Assert.Equal(("user_groups", group, "UserGroups_updateById"), Of(entry));
        MustTell(entry, """{"icon":["chart",null]}""");
    }

    [Fact]
    public async Task The_entry_of_a_group_names_added_and_removed_users()
    {
        var users = await service.CreateUsersAsync(4);
        var group = (await service.CreateGroupAsync(new { users = users[..2] })).Id();

        (await service.PatchAsync($"/auth/group/{group}", new { name = "New", users = users[1..] })).MustBe(200);

        var entry = await LastEntryAsync();
        Assert.Equal(("user_groups", group, "UserGroups_updateById"), Of(entry));
        MustTell(entry, """{"name":[null,"New"]}""", added: users[2..], removed: users[..1]);
        Assert.Equal(6, await service.CountAsync("/auth/audit"));
    }

    [Fact]
    public async Task The_entry_of_a_user_names_added_and_removed_groups()
    {
        var groups = await service.CreateGroupsAsync(4);
        var user = (await service.CreateUserAsync(new { user_groups = groups[..2] })).Id();

        (await service.PatchAsync($"/user/{user}", new { user_groups = groups[1..] })).MustBe(200);

        var entry = await LastEntryAsync();
        Assert.Equal(("users", user, "Users_updateById"), Of(entry));
        MustTell(entry, "{}", added: groups[2..], removed: groups[..1]);
        Assert.Equal(6, await service.CountAsync("/auth/audit"));
    }

    [Fact]
    public async Task The_entry_of_a_deleted_user_has_all_its_last_values()
    {
        var groups = await service.CreateGroupsAsync(2);
        var user = (await service.CreateUserAsync(new { first_name = "Ada", user_groups = groups })).Id();

        (await service.DeleteAsync($"/user/{user}")).MustBe(204);

        var entry = await LastEntryAsync();
        Assert.Equal(("users", user, "Users_deleteById"), Of(entry));
        MustTell(entry, """{"first_name":["Ada",null],"role":["viewer",null]}""", removed: groups);
        Assert.Equal(4, await service.CountAsync("/auth/audit"));
    }

    [Fact]
    public async Task The_entry_of_a_deleted_group_has_all_its_last_values()
    {
        var users = await service.CreateUsersAsync(2);
        var group = (await service.CreateGroupAsync(new { name = "Analysts", users })).Id();

        (await service.DeleteAsync($"/auth/group/{group}")).MustBe(204);

        var entry = await LastEntryAsync();
        Assert.Equal(("user_groups", group, "UserGroups_deleteById"), Of(entry));
        MustTell(entry, """{"name":["Analysts",null]}""", removed: users);
    }

    [Fact]
    public async Task A_refused_or_empty_change_leaves_no_entry()
    {
        var group = (await service.CreateGroupAsync()).Id();
        var user = (await service.CreateUserAsync(
            new { first_name = "Ada", email = "ada@example.org", user_groups = new[] { group } })).Id();

        (await service.PostAsync("/user", new { email = "ADA@example.org" })).MustBe(400);
        (await service.PostAsync("/user", new { first_name = "Bob", user_groups = new[] { Bodies.UnknownId } })).MustBe(400);
        (await service.PostAsync("/auth/group", new { name = "G", users = new[] { user, Bodies.UnknownId } })).MustBe(400);
        (await service.PatchAsync($"/user/{user}", new { first_name = "Bob", user_groups = new[] { Bodies.UnknownId } })).MustBe(400);
        (await service.PatchAsync($"/user/{Bodies.UnknownId}", new { first_name = "Bob" })).MustBe(404);
        (await service.DeleteAsync($"/user/{Bodies.UnknownId}")).MustBe(404);
        (await service.DeleteAsync($"/auth/group/{Bodies.UnknownId}")).MustBe(404);
        (await SendIfMatchAsync(HttpMethod.Patch, $"/user/{user}", new { first_name = "Bob", user_groups = Array.Empty<string>() }))
            .MustBe(412);
        (await SendIfMatchAsync(HttpMethod.Delete, $"/auth/group/{group}")).MustBe(412);
        (await service.PatchAsync($"/user/{user}", new { })).MustBe(200);
        (await service.PatchAsync($"/user/{user}", new { first_name = "Ada", user_groups = new[] { group } })).MustBe(200);
        (await service.PatchAsync($"/auth/group/{group}", new { users = new[] { user } })).MustBe(200);

        Assert.Equal(2, await service.CountAsync("/auth/audit"));
    }

    [Fact]
    public async Task An_entry_has_the_trace_of_the_client()
    {
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/user")
        {
            Content = ServiceFixture.ToContent(new { first_name = "Ada" }),
        };
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");

        (await service.SendAsync(request)).MustBe(201);

        Assert.Equal(Trace, (string)(await LastEntryAsync())["trace_id"]!);
    }

    [Fact]
    public async Task An_entry_names_the_key_of_the_caller()
    {
        var token = await service.CreateTokenAsync("admin");

        (await service.SendAsAsync(token, HttpMethod.Post, "/auth/group", new { name = "Analysts" })).MustBe(201);

        Assert.Equal($"key:{Guid.ParseExact(token.Split('_')[1], "N")}", (string)(await LastEntryAsync())["actor"]!);
        Assert.Equal("service", (string)(await service.GetAsync(Everything)).Json["results"]![1]!["actor"]!);
    }

    [Fact]
    public async Task The_use_of_a_key_leaves_no_entry()
    {
        await service.ExecuteAsync("UPDATE api_keys SET last_used_at = now(), version = version + 1");

        Assert.Equal(0, await service.CountAsync("/auth/audit"));
    }

    [Fact]
    public async Task Each_acknowledged_write_of_50_racing_writers_has_exactly_one_entry()
    {
        var users = await service.CreateUsersAsync(4);
        var groups = await service.CreateGroupsAsync(4);
        await service.ExecuteAsync("TRUNCATE audit_entries");

        // No two writers send the same names and lists, so each acknowledged write has changed something.
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(writer => (writer % 5) switch
        {
            0 => service.PostAsync("/user", new { email = $"racing{writer % 10}@example.org", user_groups = groups }),
            1 => service.PatchAsync($"/user/{users[writer % 4]}", new { first_name = $"Racer {writer}" }),
            2 => service.PostAsync("/auth/group", new { name = $"Racers {writer}", users }),
            3 => service.PatchAsync($"/auth/group/{groups[writer % 4]}", new { name = $"Racers {writer}", users = users[..(writer % 3)] }),
            _ => service.PatchAsync(
                $"/user/{users[writer % 4]}", new { last_name = $"Racer {writer}", user_groups = groups[..(writer % 3)] }),
        }));

        var acknowledged = answers.Count(answer => answer.Status is 200 or 201);
        Assert.InRange(acknowledged, 40, 42);
        Assert.Equal(acknowledged, await service.CountAsync("/auth/audit"));
        var traces = (await service.GetAsync(Everything)).Json["results"]!.AsArray().Select(entry => (string)entry!["trace_id"]!);
        Assert.Equal(acknowledged, traces.Distinct().Count());
    }

    [Fact]
    public async Task The_entries_in_order_lead_to_the_stored_state_after_racing_writes()
    {
        var users = await service.CreateUsersAsync(2);
        var groups = await service.CreateGroupsAsync(3);
        await service.ExecuteAsync("TRUNCATE audit_entries");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var i = 0; i < 12; i++)
            {
                var (set, name) = (((writer * 7) + (i * 5)) % 4, $"{writer} {i}");
                (await (writer % 2 == 0
                    ? service.PatchAsync($"/user/{users[writer / 2 % 2]}", new { first_name = name, user_groups = groups[..set] })
                    : service.PatchAsync($"/auth/group/{groups[writer % 3]}", new { name, users = users[..(set % 3)] }))).MustBe(200);
            }
        }));

        var names = new Dictionary<string, string?>();
        var members = new HashSet<(string User, string Group)>();
        var entries = (await service.GetAsync(Everything)).MustBe(200).Json["results"]!.AsArray();
        foreach (var entry in entries.Select(entry => entry!.AsObject()).Reverse())
        {
            var (kind, id, _) = Of(entry);
            var isOfUser = kind == "users";
            (string User, string Group) Pair(string other) => isOfUser ? (id, other) : (other, id);
            foreach (var change in entry["changes"]!.AsObject())
            {
                Assert.Equal(names.GetValueOrDefault(id, isOfUser ? "Ada" : "Mathematicians"), (string?)change.Value!["from"]);
                names[id] = (string?)change.Value!["to"];
            }

            Assert.All(entry.Ids("removed"), other => Assert.True(members.Remove(Pair(other)), "A membership ends that did not exist."));
            Assert.All(entry.Ids("added"), other => Assert.True(members.Add(Pair(other)), "A membership begins that already exists."));
        }

        foreach (var user in users)
        {
            var stored = await service.ReadUserAsync(user);
            Assert.Equal((string?)stored["first_name"], names[user]);
            Assert.Equal(stored.Ids("user_groups"), members.Where(member => member.User == user).Select(member => member.Group).Order());
        }
    }

    [Fact]
    public async Task A_membership_moved_by_sql_has_entries_and_changes_the_tags_of_all_its_resources()
    {
        var users = await service.CreateUsersAsync(2);
        var group = (await service.CreateGroupAsync(new { users = new[] { users[0] } })).Id();
        string[] paths = [$"/user/{users[0]}", $"/user/{users[1]}", $"/auth/group/{group}"];
        var before = await Task.WhenAll(paths.Select(service.GetAsync));

        await service.ExecuteAsync($"UPDATE memberships SET user_id = '{users[1]}' WHERE group_id = '{group}'");
        await service.ExecuteAsync($"UPDATE user_groups SET icon = 'x' WHERE id = '{group}'");

        var list = (await service.GetAsync($"/auth/audit?resource={group}")).Json;
        var entries = list["results"]!.AsArray().Select(entry => entry!.AsObject()).ToList();
        MustTell(entries[1], "{}", added: [users[1]], removed: [users[0]]);
        MustTell(entries[0], """{"icon":[null,"x"]}""");
        var after = await Task.WhenAll(paths.Select(service.GetAsync));
        Assert.All(before.Zip(after), pair => Assert.NotEqual(pair.First.Headers.ETag, pair.Second.Headers.ETag));
        Assert.Equal("x", (string)after[2].Json["icon"]!);
    }

    [Fact]
    public async Task Writes_by_sql_are_audited_too()
    {
        var (user, group) = ((await service.CreateUserAsync()).Id(), (await service.CreateGroupAsync()).Id());
        await service.ExecuteAsync("TRUNCATE audit_entries");

        await service.ExecuteAsync(
            $"""
            BEGIN;
            UPDATE users SET first_name = 'Grace' WHERE id = '{user}';
            UPDATE users SET first_name = 'Jean', last_name = 'Bartik' WHERE id = '{user}';
            INSERT INTO memberships (user_id, group_id) VALUES ('{user}', '{group}');
            COMMIT;
            DELETE FROM users;
            """);

        var entries = (await service.GetAsync(Everything)).Json["results"]!.AsArray().Select(entry => entry!.AsObject()).ToList();
        Assert.All(entries, entry => Assert.StartsWith("database:", (string)entry["actor"]!, StringComparison.Ordinal));
        Assert.All(entries, entry => Assert.Equal(("sql", null), ((string)entry["operation"]!, (string?)entry["trace_id"])));
        Assert.Equal(2, entries.Select(entry => (string)entry["write_id"]!).Distinct().Count());
        var ofUser = entries.FindAll(entry => Of(entry).Resource == "users");
        var ofGroup = entries.FindAll(entry => Of(entry).Resource == "user_groups");
        MustTell(ofUser[1], """{"first_name":["Ada","Jean"],"last_name":[null,"Bartik"]}""");
        MustTell(ofUser[0], """{"first_name":["Jean",null],"last_name":["Bartik",null],"role":["viewer",null]}""");
        MustTell(ofGroup[1], "{}", added: [user]);
        MustTell(ofGroup[0], "{}", removed: [user]);
    }

    [Fact]
    public async Task A_write_of_thousands_of_rows_has_an_entry_for_each_row()
    {
        var ids = await service.SeedUsersAsync(3000);
        var group = (await service.CreateGroupAsync(new { users = ids })).Id();

        // The new group gives each user a new version but changes no property of a user.
        Assert.Equal(3001, await service.CountAsync("/auth/audit"));
        Assert.Equal(ids, (await LastEntryAsync()).Ids("added"));

        await service.ExecuteAsync("UPDATE users SET role = 'guest'");

        var ofGroup = (await service.GetAsync($"/auth/audit?resource={group}")).Json;
        Assert.Equal(group, (string)ofGroup["results"]!.AsArray().Single()!["resource_id"]!);
        Assert.Equal(6001, (await FollowAsync("/auth/audit?page_size=200")).Distinct().Count());
    }

    [Fact]
    public async Task The_count_stops_at_5000_and_the_links_lead_to_all_entries()
    {
        await service.SeedUsersAsync(5001);
        var ofOne = $"resource={(await LastEntryAsync())["resource_id"]}";

        foreach (var list in new[] { "/auth/audit?page_size=200", "/auth/audit?page_size=200&kind=created&operation=sql" })
        {
            var pages = await service.FollowAsync(list, ListPages.Next);

            Assert.Equal(5001, pages.SelectMany(Resources).Distinct().Count());
            Assert.All(pages, page => Assert.Equal((5000, 25), ((int)page["count"]!, (int)page["total_pages"]!)));
            Assert.Equal(Resources(pages[25]), Resources(await service.ReadListAsync($"{list}&page=26")));
            var past = await service.ReadListAsync($"{list}&page=99");
            Assert.Equal((0, 5000, 25), (Resources(past).Count(), (int)past["count"]!, (int)past["meta"]!["previous_page"]!));
        }

        Assert.Equal(1, await service.CountAsync("/auth/audit", ofOne));
        await service.ExecuteAsync("DELETE FROM audit_entries WHERE ctid IN (SELECT ctid FROM audit_entries LIMIT 2)");
        Assert.Equal(4999, await service.CountAsync("/auth/audit"));
    }

    [Fact]
    public async Task Filters_by_kind_and_operation_work_alone_and_together()
    {
        var users = await service.CreateUsersAsync(2);
        var group = (await service.CreateGroupAsync(new { users })).Id();
        (await service.PatchAsync($"/user/{users[0]}", new { first_name = "Grace", user_groups = Array.Empty<string>() })).MustBe(200);
        (await service.DeleteAsync($"/user/{users[1]}")).MustBe(204);
        (await service.ImportAsync("email\nada@example.org\n")).MustBe(200);
        await service.ExecuteAsync("DELETE FROM user_groups");

        Assert.Equal([users[1], group], await ResourcesAsync("kind=deleted"));
        Assert.Equal([users[0]], await ResourcesAsync("kind=updated"));
        Assert.Equal(4, (await ResourcesAsync("kind=created")).Length);
        Assert.Single(await ResourcesAsync("kind=finished&operation=Users_import"));
        Assert.Equal(2, (await ResourcesAsync("operation=Users_import")).Length);
        Assert.Equal(users, await ResourcesAsync("operation=Users_createNewUser"));
        Assert.Equal([group], await ResourcesAsync("operation=sql&kind=deleted"));
        Assert.Empty(await ResourcesAsync("operation=SQL"));
        Assert.Empty(await ResourcesAsync("operation=sql&kind=created"));
        Assert.Equal(users, (await FollowAsync("/auth/audit?page_size=1&kind=created&operation=Users_createNewUser"))
            .Select(entry => entry.Split(' ')[1]).Reverse());

        // Oldest first.
        async Task<string[]> ResourcesAsync(string query)
        {
            var list = (await service.GetAsync($"/auth/audit?{query}")).MustBe(200).Json;
            var resources = Resources(list).Reverse().ToArray();
            Assert.Equal(resources.Length, (int)list["count"]!);
            return resources;
        }
    }

    [Fact]
    public async Task Pages_link_to_their_neighbours_in_both_directions()
    {
        var newestFirst = (await service.CreateUsersAsync(5)).Reverse().ToArray();
        var actor = await ActorAsync();

        var first = (await service.GetAsync($"/api/v1/auth/audit/?page_size=2&actor={actor}")).MustBe(200).Json;
        var second = (await service.GetAsync(Link(first, "next")!)).MustBe(200).Json;
        var third = (await service.GetAsync(Link(second, "next")!)).MustBe(200).Json;
        var back = (await service.GetAsync(Link(third, "previous")!)).MustBe(200).Json;
        var backAgain = (await service.GetAsync(Link(back, "previous")!)).MustBe(200).Json;

        Assert.Equal(newestFirst, new[] { first, second, third }.SelectMany(Resources));
        Assert.StartsWith(
            $"{service.BaseAddress}/api/v1/auth/audit/?page_size=2&actor={actor}&page=2&cursor=",
            Link(first, "next"),
            StringComparison.Ordinal);
        Assert.Equal((null, 2), (Link(first, "previous"), (int)first["meta"]!["next_page"]!));
        var meta = second["meta"]!;
        Assert.Equal((2, 1, 3), ((int)meta["page"]!, (int)meta["previous_page"]!, (int)meta["next_page"]!));
        Assert.Equal((null, 3, 2), (Link(third, "next"), (int)third["meta"]!["page"]!, (int)third["meta"]!["previous_page"]!));
        Assert.All([first, second, third], page => Assert.Equal((5, 3), ((int)page["count"]!, (int)page["total_pages"]!)));
        back.MustEqual(second);
        backAgain.MustEqual(first);
    }

    [Theory]
    [InlineData("/auth/audit?page_size=2")]
    [InlineData("/auth/audit?page_size=1&actor={actor}&created_after=2020-01-01T00:00:00Z")]
    public async Task A_page_by_number_equals_the_page_by_link(string list)
    {
        await service.CreateGroupAsync(new { users = await service.CreateUsersAsync(5) });
        var path = list.Replace("{actor}", await ActorAsync(), StringComparison.Ordinal);

        var pages = await service.FollowAsync(path, ListPages.Next);

        Assert.InRange(pages.Count, 3, 6);
        for (var number = 1; number <= pages.Count; number++)
        {
            var page = await service.ReadListAsync(string.Create(CultureInfo.InvariantCulture, $"{path}&page={number}"));
            page.MustEqual(pages[number - 1]);
        }

        var past = await service.ReadListAsync($"{path}&page=1000");
        Assert.Equal((int)pages[0]["count"]!, (int)past["count"]!);
        Assert.Equal(Resources(pages[^1]), Resources(await service.ReadListAsync(past.Previous()!)));
    }

    [Fact]
    public async Task Links_lead_to_every_entry_once_during_writes()
    {
        var there = (await service.CreateUsersAsync(7)).Reverse().ToArray();

        var seen = await FollowAsync("/auth/audit?page_size=2", async () =>
        {
            await service.CreateUserAsync();
            (await service.PatchAsync($"/user/{there[^1]}", new { first_name = Guid.NewGuid().ToString() })).MustBe(200);
        });

        Assert.Equal(there, seen.Select(entry => entry.Split(' ')[1]));
    }

    [Fact]
    public async Task The_previous_links_lead_to_newer_entries()
    {
        await service.CreateUsersAsync(3);
        var second = (await service.GetAsync(Link((await service.GetAsync("/auth/audit?page_size=2")).Json, "next")!)).Json;
        var later = await service.CreateUsersAsync(2);

        var first = (await service.GetAsync(Link(second, "previous")!)).MustBe(200).Json;
        var before = (await service.GetAsync(Link(first, "previous")!)).MustBe(200).Json;

        Assert.Equal(later.Reverse(), Resources(before));
        Assert.Null(Link(before, "previous"));
    }

    [Fact]
    public async Task Filters_by_resource_actor_and_time_work_alone_and_together()
    {
        var users = await service.CreateUsersAsync(3);
        var actor = await ActorAsync();
        (await service.PatchAsync($"/user/{users[1]}", new { first_name = "Grace" })).MustBe(200);
        await service.ExecuteAsync($"UPDATE users SET last_name = 'Hopper' WHERE id = '{users[1]}'");
        var entries = (await service.GetAsync(Everything)).Json["results"]!.AsArray();
        var times = entries.Select(entry => (string)entry!["created_at"]!).Reverse().ToArray();
        async Task<int> CountAsync(string query) => (int)(await service.GetAsync($"/auth/audit?{query}")).MustBe(200).Json["count"]!;

        Assert.Equal(3, await CountAsync($"resource={users[1]}"));
        Assert.Equal(3, await CountAsync($"resource={users[1].ToUpperInvariant()}"));
        Assert.Equal(0, await CountAsync($"resource={Bodies.UnknownId}"));
        Assert.Equal(4, await CountAsync($"actor={actor}"));
        Assert.Equal(0, await CountAsync($"actor={actor.ToUpperInvariant()}"));
        Assert.Equal(2, await CountAsync($"resource={users[1]}&actor={actor}"));
        // A range includes its start and excludes its end, so adjacent ranges have each entry once.
        Assert.Equal(4, await CountAsync($"created_after={times[1]}"));
        Assert.Equal(1, await CountAsync($"created_before={times[1]}"));
        Assert.Equal(2, await CountAsync($"created_after={times[1]}&created_before={times[3]}"));
        Assert.Equal(2, await CountAsync($"created_after={times[1]}&created_before={times[4]}&resource={users[1]}"));
        Assert.Equal(0, await CountAsync($"created_after={times[3]}&created_before={times[1]}"));
        // These times are a tenth of a microsecond later.
        Assert.Equal(3, await CountAsync($"created_after={times[1][..^1]}1Z"));
        Assert.Equal(2, await CountAsync($"created_before={times[1][..^1]}1Z"));
        var elsewhere = DateTimeOffset.Parse(times[1], CultureInfo.InvariantCulture)
            .ToOffset(TimeSpan.FromHours(5))
            .ToString("O", CultureInfo.InvariantCulture);
        Assert.Equal(4, await CountAsync($"created_after={Uri.EscapeDataString(elsewhere)}"));
        Assert.Equal(5, await CountAsync("created_after=0001-01-01T00:00:00Z&created_before=9999-12-31T23:59:59Z"));
        Assert.Equal(2, (await FollowAsync($"/auth/audit?actor={actor}&resource={users[1]}&page_size=1")).Count);
        Assert.Equal(2, (await FollowAsync($"/auth/audit?created_after={times[1]}&created_before={times[3]}&page_size=1")).Count);
    }

    [Theory]
    [InlineData("page_size=0", "page_size", "invalid_number")]
    [InlineData("page_size=201", "page_size", "invalid_number")]
    [InlineData("page=0", "page", "invalid_number")]
    [InlineData("resources=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "resources", "unknown_parameter")]
    [InlineData("=1", "", "unknown_parameter")]
    [InlineData("resource=users", "resource", "invalid_id")]
    [InlineData("resource=", "resource", "invalid_id")]
    [InlineData("resource=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071&resource=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "resource", "invalid_id")]
    [InlineData("actor=", "actor", "invalid_text")]
    [InlineData("actor=%00", "actor", "invalid_text")]
    [InlineData("actor=a&actor=b", "actor", "invalid_text")]
    [InlineData("kind=", "kind", "unknown_kind")]
    [InlineData("kind=Created", "kind", "unknown_kind")]
    [InlineData("kind=created,deleted", "kind", "unknown_kind")]
    [InlineData("kind=created&kind=deleted", "kind", "unknown_kind")]
    [InlineData("operation=", "operation", "invalid_text")]
    [InlineData("operation=%00", "operation", "invalid_text")]
    [InlineData("created_after=yesterday", "created_after", "invalid_time")]
    [InlineData("created_after=2026-11-23", "created_after", "invalid_time")]
    [InlineData("created_after=2026-11-23T12:00:00", "created_after", "invalid_time")]
    [InlineData("created_after=2026-11-23T12:00:00+01:00", "created_after", "invalid_time")]
    [InlineData("created_before=2026-02-30T12:00:00Z", "created_before", "invalid_time")]
    [InlineData("created_before=2026-11-23T12:00:00Z&created_before=", "created_before", "invalid_time")]
    [InlineData("cursor=", "cursor", "invalid_cursor")]
    [InlineData("cursor=x", "cursor", "invalid_cursor")]
    [InlineData("cursor=%00", "cursor", "invalid_cursor")]
    [InlineData("cursor=____________________________________________________________", "cursor", "invalid_cursor")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursor", "invalid_cursor")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAA", "cursor", "invalid_cursor")]
    public async Task An_invalid_parameter_is_refused(string query, string parameter, string code)
    {
        var answer = (await service.GetAsync($"/auth/audit?{query}")).MustRefuseParameters(parameter);

        Assert.Equal(code, (string)answer.Json["code"]!);
    }

    [Fact]
    public async Task Of_very_many_unknown_parameters_only_the_first_are_named()
    {
        var query = string.Join('&', Enumerable.Range(0, 250).Select(number => $"a{number}=1"));

        var faults = (await service.GetAsync($"/auth/audit?{query}")).MustBe(400).Json["errors"]!.AsArray();

        Assert.All(faults, fault => Assert.Equal("unknown_parameter", (string)fault!["code"]!));
    }

    [Fact]
    public async Task Every_faulty_parameter_is_named_at_once() =>
        (await service.GetAsync("/auth/audit?page_size=x&resource=x&actor=%01&kind=x&operation=%01&created_after=x&created_before=x"
            + "&cursor=x&x=x"))
            .MustRefuseParameters(
                "page_size", "resource", "actor", "kind", "operation", "created_after", "created_before", "cursor", "x");

    [Fact]
    public async Task A_changed_cursor_or_a_cursor_of_other_filters_is_refused()
    {
        await service.CreateUsersAsync(3);
        var actor = await ActorAsync();
        var link = Link((await service.GetAsync($"/auth/audit?page_size=1&actor={actor}")).Json, "next")!;
        var cursor = link.Split("cursor=")[1];

        for (var place = 0; place < cursor.Length; place++)
        {
            var altered = string.Concat(cursor.AsSpan(0, place), cursor[place] == 'A' ? "B" : "A", cursor.AsSpan(place + 1));
            await MustRefuseAsync($"actor={actor}&cursor={altered}");
        }

        await MustRefuseAsync($"cursor={cursor}");
        await MustRefuseAsync($"actor={actor}2&cursor={cursor}");
        await MustRefuseAsync($"actor={actor}&resource={Bodies.UnknownId}&cursor={cursor}");
        await MustRefuseAsync($"actor={actor}&kind=created&cursor={cursor}");
        await MustRefuseAsync($"actor={actor}&operation=sql&cursor={cursor}");
        await MustRefuseAsync($"actor={actor}&created_after=2026-01-01T00:00:00Z&cursor={cursor}");
        await MustRefuseAsync($"actor={actor}&created_before=2026-01-01T00:00:00Z&cursor={cursor}");
        await MustRefuseAsync($"actor={actor}&cursor={cursor}&cursor={cursor}");
        await MustRefuseAsync($"actor={actor}&cursor={cursor}%3D");
        await MustRefuseAsync($"actor={actor}&cursor=%20{cursor}");
        (await service.GetAsync($"/auth/audit?actor={actor}&cursor={cursor}")).MustBe(200);

        Task<string> MustRefuseAsync(string query) => service.MustRefuseAsync($"/auth/audit?{query}", "cursor", "invalid_cursor");
    }

    private static (string Resource, string Id, string Operation) Of(JsonObject entry) =>
        ((string)entry["resource"]!, (string)entry["resource_id"]!, (string)entry["operation"]!);

    /// <summary>Fails unless the entry has exactly these changes. Each change is a pair of the old and the new value.</summary>
    private static void MustTell(JsonObject entry, string changes, string[]? added = null, string[]? removed = null)
    {
        var expected = JsonNode.Parse(changes)!.AsObject().Select(change => $"{change.Key}: {change.Value![0]} -> {change.Value[1]}");
        var found = entry["changes"]!.AsObject().Select(change => $"{change.Key}: {change.Value!["from"]} -> {change.Value["to"]}");
        Assert.Equal(expected.Order(), found.Order());
        Assert.Equal(added ?? [], entry.Ids("added"));
        Assert.Equal(removed ?? [], entry.Ids("removed"));
    }

    private static string? Link(JsonObject list, string name) => (string?)list["links"]![name];

    private static IEnumerable<string> Resources(JsonObject list) =>
        list["results"]!.AsArray().Select(entry => (string)entry!["resource_id"]!);

    private async Task<JsonObject> LastEntryAsync() =>
        (await service.GetAsync("/auth/audit?page_size=1")).MustBe(200).Json["results"]!.AsArray().Single()!.AsObject();

    private async Task<string> ActorAsync() => (string)(await LastEntryAsync())["actor"]!;

    private Task<Answer> SendIfMatchAsync(HttpMethod method, string path, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) };
        request.Headers.Add("If-Match", "\"1000\"");
        return service.SendAsync(request);
    }

    /// <summary>Returns the write and the resource of each entry on all pages. The other task runs after each page.</summary>
    private async Task<List<string>> FollowAsync(string start, Func<Task>? meanwhileAsync = null)
    {
        var seen = new List<string>();
        for (var link = start; link is not null;)
        {
            var list = (await service.GetAsync(link)).MustBe(200).Json;
            seen.AddRange(list["results"]!.AsArray().Select(entry => $"{entry!["write_id"]} {entry["resource_id"]}"));
            link = Link(list, "next");
            await (meanwhileAsync?.Invoke() ?? Task.CompletedTask);
        }

        return seen;
    }
}

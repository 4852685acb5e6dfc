using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

public sealed class CreateNewGroupTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_answer_is_the_group_and_its_location()
    {
        var user = await service.CreateUserAsync();

        var answer = (await service.PostAsync(
            "/auth/group",
            new { icon = "abacus", name = "Mathematicians", description = "On the engine.", users = new[] { user.Id() } })).MustBe(201);

        var group = answer.Json;
        Assert.Equal($"{service.BaseAddress}/auth/group/{group.Id()}", answer.Headers.Location?.OriginalString);
        Assert.Equal("abacus", (string)group["icon"]!);
        Assert.Equal("Mathematicians", (string)group["name"]!);
        Assert.Equal("On the engine.", (string)group["description"]!);
        Assert.Equal([user.Id()], group.Ids("users"));
    }

    [Fact]
    public async Task A_read_of_the_new_group_answers_the_same_bytes()
    {
        var user = await service.CreateUserAsync();
        var created = (await service.PostAsync(
            "/auth/group",
            new { name = "Zoë 😀 </script>", icon = "🧮", description = "one\n\ttwo \"\\", users = new[] { user.Id() } })).MustBe(201);

        var read = (await service.GetAsync(created.Headers.Location!.OriginalString)).MustBe(200);

        Assert.Equal(created.Bytes, read.Bytes);
        Assert.Equal(created.ContentType, read.ContentType);
    }

    [Theory]
    [InlineData("/auth/group", "/auth/group/")]
    [InlineData("/auth/group/", "/auth/group/")]
    [InlineData("/api/v1/auth/group", "/api/v1/auth/group/")]
    [InlineData("/api/v1/auth/group/", "/api/v1/auth/group/")]
    public async Task Location_keeps_the_prefix_of_the_request(string path, string expected)
    {
        var answer = (await service.PostAsync(path, new { name = "Mathematicians" })).MustBe(201);

        Assert.Equal($"{service.BaseAddress}{expected}{answer.Json.Id()}", answer.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("""{"icon":"abacus"}""")]
    [InlineData("""{"icon":null}""")]
    [InlineData("""{"name":"Mathematicians"}""")]
    [InlineData("""{"description":"On the engine."}""")]
    [InlineData("""{"users":[]}""")]
    public async Task Any_single_property_is_enough_for_a_group(string body) => (await service.PostAsync("/auth/group", body)).MustBe(201);

    [Fact]
    public async Task An_empty_object_creates_no_group() =>
        (await service.PostAsync("/auth/group", "{}")).MustRefuse(("", "nothing_given"));

    [Fact]
    public async Task Any_number_of_groups_may_have_the_same_name()
    {
        await service.CreateGroupAsync(new { name = "Twins" });
        await service.CreateGroupAsync(new { name = "Twins" });
    }

    [Theory]
    [InlineData("name")]
    [InlineData("icon")]
    [InlineData("description")]
    public async Task A_text_is_trimmed_and_normalised(string property)
    {
        var group = await service.CreateGroupAsync(Bodies.With(property, " \u2003E\u0301va  Ma\u030aria \u00a0"));

        Assert.Equal("Éva  Måria", (string)group[property]!);
        Assert.Equal("Board", (string)(await service.CreateGroupAsync(Bodies.With(property, "\ufeffBoard\u200b")))[property]!);
        foreach (var kept in new[] { "علی\u200cرضا", "👨\u200d👩\u200d👧", "❤\ufe0f" })
        {
            Assert.Equal(kept, (string)(await service.CreateGroupAsync(Bodies.With(property, kept)))[property]!);
        }
    }

    [Fact]
    public async Task A_group_is_found_by_its_name_with_invisible_characters_at_the_ends()
    {
        var group = await service.CreateGroupAsync(new { name = "Boardroom\u200b" });

        Assert.Equal([group.Id()], await service.ReadIdsAsync($"/auth/group?name={Uri.EscapeDataString("\u2060Boardroom\ufeff")}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \u00a0 ")]
    [InlineData("\u200b")]
    [InlineData("\ufeff \u3164")]
    [InlineData(null)]
    public async Task A_blank_icon_or_description_means_null_but_a_name_must_not_be_blank(string? blank)
    {
        Assert.Null((await service.CreateGroupAsync(new { icon = blank }))["icon"]);
        Assert.Null((await service.CreateGroupAsync(new { description = blank }))["description"]);
        (await service.PostAsync("/auth/group", new { name = blank })).MustRefuse(("/name", "required"));
    }

    [Theory]
    [InlineData("name", 200)]
    [InlineData("icon", 256)]
    [InlineData("description", 4000)]
    public async Task The_limit_of_a_text_counts_characters(string property, int limit)
    {
        foreach (var character in new[] { "x", "ß", Bodies.Emoji, "e\u0301" })
        {
            var longest = Bodies.Repeat(character, limit);

            Assert.Equal(longest.Normalize(), (string)(await service.CreateGroupAsync(Bodies.With(property, $"  {longest} ")))[property]!);
            (await service.PostAsync("/auth/group", Bodies.With(property, longest + character))).MustRefuse(($"/{property}", "too_long"));
        }
    }

    [Theory]
    [MemberData(nameof(Bodies.ForbiddenCharacters), MemberType = typeof(Bodies))]
    public async Task A_control_character_or_a_lone_surrogate_is_refused(string character)
    {
        foreach (var property in new[] { "name", "icon", "description" })
        {
            (await service.PostAsync("/auth/group", Bodies.Raw(property, $"\"a{character}b\"")))
                .MustRefuse(($"/{property}", "invalid_text"));
        }
    }

    [Theory]
    [InlineData(@"\t")]
    [InlineData(@"\n")]
    public async Task Only_a_description_may_have_tabs_and_newlines(string character)
    {
        var group = await service.CreateGroupAsync(Bodies.Raw("description", $"\"a{character}b\""));

        Assert.Equal($"a{(character == @"\t" ? '\t' : '\n')}b", (string)group["description"]!);
        (await service.PostAsync("/auth/group", Bodies.Raw("name", $"\"a{character}b\""))).MustRefuse(("/name", "invalid_text"));
        (await service.PostAsync("/auth/group", Bodies.Raw("icon", $"\"a{character}b\""))).MustRefuse(("/icon", "invalid_text"));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("icon")]
    [InlineData("description")]
    public async Task A_text_must_be_a_string(string property)
    {
        foreach (var value in new[] { "1", "true", "{}", """["x"]""", "1e999" })
        {
            (await service.PostAsync("/auth/group", Bodies.Raw(property, value))).MustRefuse(($"/{property}", "invalid_type"));
        }
    }

    [Fact]
    public async Task An_unknown_property_is_named()
    {
        (await service.PostAsync("/auth/group", """{"name":"x","teams":[]}""")).MustRefuse(("/teams", "unknown_property"));
        (await service.PostAsync("/auth/group", """{"name":"x","Name":"x"}""")).MustRefuse(("/Name", "unknown_property"));
        (await service.PostAsync("/auth/group", """{"a/b~c":1,"":2,"é😀":3}""")).MustRefuse(
            ("/a~1b~0c", "unknown_property"), ("/", "unknown_property"), ("/é😀", "unknown_property"));
    }

    [Theory]
    [InlineData("id", "\"019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071\"")]
    [InlineData("created_at", "\"2026-11-23T12:24:27.123456Z\"")]
    [InlineData("updated_at", "\"2026-11-23T12:24:27.123456Z\"")]
    public async Task A_read_only_property_cannot_be_set(string property, string value) =>
        (await service.PostAsync("/auth/group", $$"""{"name":"x","{{property}}":{{value}}}""")).MustBe(400);

    [Fact]
    public async Task A_property_that_is_given_twice_is_refused() =>
        (await service.PostAsync("/auth/group", """{"name":"x","name":"y"}""")).MustRefuse(("/name", "duplicate_property"));

    [Fact]
    public async Task The_answer_has_each_user_once_ascending_in_lower_case()
    {
        var users = await service.CreateUsersAsync(3);

        var group = await service.CreateGroupAsync(
            new { users = new[] { users[2], users[0].ToUpperInvariant(), users[2], users[1], users[0] } });

        Assert.Equal(users, group.Ids("users"));
    }

    [Fact]
    public async Task A_new_membership_shows_in_both_resources_and_changes_both()
    {
        var joining = await service.CreateUserAsync();
        var other = await service.CreateUserAsync();

        var group = await service.CreateGroupAsync(new { users = new[] { joining.Id() } });

        var joined = await service.ReadUserAsync(joining.Id());
        Assert.Equal([group.Id()], joined.Ids("user_groups"));
        Assert.True(joined.UpdatedAt() > joining.UpdatedAt());
        joined.Without("user_groups", "updated_at").MustEqual(joining.Without("user_groups", "updated_at"));
        (await service.ReadUserAsync(other.Id())).MustEqual(other);
    }

    [Fact]
    public async Task Each_unknown_user_is_named_and_no_group_is_created()
    {
        var user = await service.CreateUserAsync();
        var group = await service.CreateGroupAsync();
        var before = await service.CountAsync("/auth/group");

        var problem = (await service.PostAsync(
            "/auth/group", new { users = new[] { user.Id(), Bodies.UnknownId, "no uuid", user.Id(), group.Id(), "", Bodies.UnknownId } }))
            .MustRefuse(
                ("/users/1", "unknown_user"),
                ("/users/2", "unknown_user"),
                ("/users/4", "unknown_user"),
                ("/users/5", "unknown_user"),
                ("/users/6", "unknown_user")).Json;

        Assert.Equal("unknown_user", (string)problem["code"]!);
        Assert.Equal(before, await service.CountAsync("/auth/group"));
        (await service.ReadUserAsync(user.Id())).MustEqual(user);
    }

    [Fact]
    public async Task Users_must_be_a_list_of_strings()
    {
        (await service.PostAsync("/auth/group", """{"users":[1,null,{},["x"],"\ud800"]}""")).MustRefuse(
            ("/users/0", "invalid_type"),
            ("/users/1", "invalid_type"),
            ("/users/2", "invalid_type"),
            ("/users/3", "invalid_type"),
            ("/users/4", "invalid_text"));
        (await service.PostAsync("/auth/group", """{"users":"x"}""")).MustRefuse(("/users", "invalid_type"));
        (await service.PostAsync("/auth/group", """{"users":null}""")).MustRefuse(("/users", "required"));
    }

    [Fact]
    public async Task A_group_can_have_100_000_users_and_each_user_shows_it()
    {
        var users = await service.SeedUsersAsync(100_000);

        var group = await service.CreateGroupAsync(new { users });

        Assert.Equal(users, group.Ids("users"));
        Assert.Equal([group.Id()], (await service.ReadUserAsync(users[^1])).Ids("user_groups"));
        (await service.PostAsync("/auth/group", new { users = users.Append(users[0]) })).MustRefuse(("/users", "too_many"));
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_named_at_once()
    {
        var problem = (await service.PostAsync("/auth/group", new JsonObject
        {
            ["name"] = " ",
            ["icon"] = new string('x', 257),
            ["description"] = "a\u0000b",
            ["users"] = new JsonArray("no uuid", Bodies.UnknownId, 7),
            ["nickname"] = "x",
        })).MustRefuse(
            ("/name", "required"),
            ("/icon", "too_long"),
            ("/description", "invalid_text"),
            ("/users/0", "unknown_user"),
            ("/users/1", "unknown_user"),
            ("/users/2", "invalid_type"),
            ("/nickname", "unknown_property")).Json;

        Assert.Equal("validation_failed", (string)problem["code"]!);
    }
}

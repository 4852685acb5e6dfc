using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class CreateNewUserTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_answer_is_the_user_and_its_location()
    {
        var group = await service.CreateGroupAsync();

        var answer = (await service.PostAsync(
            "/user",
            new
            {
                role = "editor",
                email = "Ada@Example.org",
                last_name = "Lovelace",
                first_name = "Ada",
                user_groups = new[] { group.Id() },
            }))
            .MustBe(201);

        var user = answer.Json;
        Assert.Equal($"{service.BaseAddress}/user/{user.Id()}", answer.Headers.Location?.OriginalString);
        Assert.Equal("editor", (string)user["role"]!);
        Assert.Equal("Ada@Example.org", (string)user["email"]!);
        Assert.Equal("Lovelace", (string)user["last_name"]!);
        Assert.Equal("Ada", (string)user["first_name"]!);
        Assert.Equal([group.Id()], user.Ids("user_groups"));
    }

    [Fact]
    public async Task A_read_of_the_new_user_answers_the_same_bytes()
    {
        var group = await service.CreateGroupAsync();
        var created = (await service.PostAsync(
            "/user",
            new { first_name = "Zoë 😀", last_name = "</script>&\"\\", email = "zoë+1@example.org", user_groups = new[] { group.Id() } }))
            .MustBe(201);

        var read = (await service.GetAsync(created.Headers.Location!.OriginalString)).MustBe(200);

        Assert.Equal(created.Bytes, read.Bytes);
        Assert.Equal(created.ContentType, read.ContentType);
    }

    [Theory]
    [InlineData("/user", "/user/")]
    [InlineData("/user/", "/user/")]
    [InlineData("/api/v1/user", "/api/v1/user/")]
    [InlineData("/api/v1/user/", "/api/v1/user/")]
    public async Task Location_keeps_the_prefix_of_the_request(string path, string expected)
    {
        var answer = (await service.PostAsync(path, new { first_name = "Ada" })).MustBe(201);

        Assert.Equal($"{service.BaseAddress}{expected}{answer.Json.Id()}", answer.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("""{"role":"admin"}""")]
    [InlineData("""{"_role":"admin"}""")]
    [InlineData("""{"email":"only@example.org"}""")]
    [InlineData("""{"last_name":"Lovelace"}""")]
    [InlineData("""{"first_name":"Ada"}""")]
    [InlineData("""{"first_name":null}""")]
    [InlineData("""{"user_groups":[]}""")]
    public async Task Any_single_property_is_enough_for_a_user(string body) => (await service.PostAsync("/user", body)).MustBe(201);

    [Fact]
    public async Task An_empty_object_creates_no_user() => (await service.PostAsync("/user", "{}")).MustRefuse(("", "nothing_given"));

    [Fact]
    public async Task The_default_role_is_viewer() =>
        Assert.Equal("viewer", (string)(await service.CreateUserAsync(new { first_name = "Ada" }))["role"]!);

    [Theory]
    [InlineData("admin", "admin")]
    [InlineData("ADMIN", "admin")]
    [InlineData("Editor", "editor")]
    [InlineData("vIEWER", "viewer")]
    [InlineData("gUeSt", "guest")]
    public async Task A_role_is_accepted_in_any_case_under_both_names(string given, string answered)
    {
        Assert.Equal(answered, (string)(await service.CreateUserAsync(new { role = given }))["role"]!);
        Assert.Equal(answered, (string)(await service.CreateUserAsync(new { _role = given }))["role"]!);
        Assert.Equal(answered, (string)(await service.CreateUserAsync(new { role = answered, _role = given }))["role"]!);
    }

    [Theory]
    [InlineData("owner")]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("admin,guest")]
    [InlineData("admın")]
    [InlineData(null)]
    public async Task An_unknown_role_is_refused_under_both_names(string? role)
    {
        (await service.PostAsync("/user", new { role })).MustRefuse(("/role", "invalid_role"));
        (await service.PostAsync("/user", new { _role = role })).MustRefuse(("/_role", "invalid_role"));
    }

    [Fact]
    public async Task Two_different_roles_are_refused() =>
        (await service.PostAsync("/user", new { role = "admin", _role = "guest" })).MustRefuse(("/_role", "role_conflict"));

    [Theory]
    [InlineData("a@b", "a@b")]
    [InlineData("Grace.Hopper+Navy@Example.ORG", "Grace.Hopper+Navy@Example.ORG")]
    [InlineData("  trimmed@example.org \u00a0", "trimmed@example.org")]
    [InlineData("jo\u0308rg@müller.example", "jörg@müller.example")]
    [InlineData("😀@example.org", "😀@example.org")]
    public async Task An_email_is_trimmed_and_normalised_and_otherwise_kept(string given, string kept) =>
        Assert.Equal(kept, (string)(await service.CreateUserAsync(new { email = given }))["email"]!);

    [Theory]
    [InlineData("ada", "invalid_email")]
    [InlineData("@example.org", "invalid_email")]
    [InlineData("ada@", "invalid_email")]
    [InlineData("@", "invalid_email")]
    [InlineData("ada@home@example.org", "invalid_email")]
    [InlineData("ada lovelace@example.org", "invalid_email")]
    [InlineData("ada@exam ple.org", "invalid_email")]
    [InlineData("ada\u00a0l@example.org", "invalid_email")]
    [InlineData("ada@example\u3000.org", "invalid_email")]
    [InlineData("ada @example.org", "invalid_email")]
    [InlineData("ada@ example.org", "invalid_email")]
    [InlineData("ada\t@example.org", "invalid_text")]
    [InlineData("ada\n@example.org", "invalid_text")]
    [InlineData("<ada@example.org>", "invalid_email")]
    [InlineData("ada@.", "invalid_email")]
    [InlineData("ada@example..org", "invalid_email")]
    [InlineData("ada7@example.org;Ada", "invalid_email")]
    [InlineData("", "required")]
    [InlineData("  ", "required")]
    [InlineData(null, "required")]
    public async Task An_invalid_email_is_refused(string? email, string code) =>
        (await service.PostAsync("/user", new { email })).MustRefuse(("/email", code));

    [Theory]
    [InlineData("ada@example.org\u200b", "U+200B")]
    [InlineData("\ufeffada@example.org", "U+FEFF")]
    [InlineData("a\u00adda@example.org", "U+00AD")]
    [InlineData("ada@\u200eexample.org", "U+200E")]
    [InlineData("ada\u2060@example.org", "U+2060")]
    [InlineData("\u200b", "U+200B")]
    public async Task An_invisible_character_in_an_email_is_refused_and_named(string email, string character)
    {
        var problem = (await service.PostAsync("/user", new { email })).MustRefuse(("/email", "invalid_email")).Json;

        Assert.Contains(character, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_spellings_of_a_domain_are_one_address_that_is_stored_as_given()
    {
        string[] spellings =
        [
            "jana@bücher.example", "jana@xn--bcher-kva.example", "JANA@XN--BCHER-KVA.example", "jana@bücher\u3002example",
            "jana@bücher\uff0eexample", "jana@bücher\uff61example", "jana@bücher.example.",
        ];
        foreach (var stored in spellings)
        {
            var user = await service.CreateUserAsync(new { email = stored });

            Assert.Equal(stored, (string)user["email"]!);
            foreach (var other in spellings)
            {
                (await service.PostAsync("/user", new { email = other })).MustRefuse(("/email", "email_taken"));
                Assert.Equal([user.Id()], await service.ReadIdsAsync($"/user?email={Uri.EscapeDataString(other)}"));
            }

            (await service.DeleteAsync($"/user/{user.Id()}")).MustBe(204);
        }
    }

    [Fact]
    public async Task An_email_has_at_most_254_characters()
    {
        const string Domain = "@example.org";
        var longest = Bodies.Repeat("x", 254 - Domain.Length) + Domain;
        var longestOfEmoji = Bodies.Repeat(Bodies.Emoji, 254 - Domain.Length) + Domain;

        Assert.Equal(longest, (string)(await service.CreateUserAsync(new { email = $" {longest} " }))["email"]!);
        Assert.Equal(longestOfEmoji, (string)(await service.CreateUserAsync(new { email = longestOfEmoji }))["email"]!);
        (await service.PostAsync("/user", new { email = "x" + longest })).MustRefuse(("/email", "too_long"));
        (await service.PostAsync("/user", new { email = Bodies.Emoji + longestOfEmoji })).MustRefuse(("/email", "too_long"));
    }

    [Theory]
    [InlineData("taken@example.org", "TAKEN@Example.Org")]
    [InlineData("Ärger@example.org", "äRGER@EXAMPLE.org")]
    [InlineData("composed-é@example.org", "composed-e\u0301@example.org")]
    [InlineData("λόγος@example.org", "ΛΌΓΟΣ@example.org")]
    public async Task A_taken_email_is_refused_in_any_case(string first, string second)
    {
        var user = await service.CreateUserAsync(new { email = first });

        var problem = (await service.PostAsync("/user", new { email = second })).MustRefuse(("/email", "email_taken")).Json;

        Assert.Equal("email_taken", (string)problem["code"]!);
        (await service.DeleteAsync($"/user/{user.Id()}")).MustBe(204);
        (await service.PostAsync("/user", new { email = second })).MustBe(201);
    }

    [Fact]
    public async Task Any_number_of_users_may_have_no_email()
    {
        Assert.Null((await service.CreateUserAsync(new { first_name = "Ada" }))["email"]);
        Assert.Null((await service.CreateUserAsync(new { first_name = "Ada" }))["email"]);
    }

    [Theory]
    [InlineData("first_name")]
    [InlineData("last_name")]
    public async Task A_name_is_trimmed_and_normalised_and_a_blank_name_is_null(string property)
    {
        var user = await service.CreateUserAsync(Bodies.With(property, " \u2003E\u0301va  Ma\u030aria \u00a0"));

        Assert.Equal("Éva  Måria", (string)user[property]!);
        Assert.Equal("Ada", (string)(await service.CreateUserAsync(Bodies.With(property, "\u200bAda\ufeff \u2060")))[property]!);
        foreach (var joined in new[] { "علی\u200cرضا", "👨\u200d👩\u200d👧" })
        {
            Assert.Equal(joined, (string)(await service.CreateUserAsync(Bodies.With(property, joined)))[property]!);
        }

        Assert.Null((await service.CreateUserAsync(Bodies.With(property, "\u200b")))[property]);
        Assert.Null((await service.CreateUserAsync(Bodies.With(property, "\ufeff \u00ad")))[property]);
        Assert.Null((await service.CreateUserAsync(Bodies.With(property, "  \u00a0 ")))[property]);
        Assert.Null((await service.CreateUserAsync(Bodies.With(property, "")))[property]);
        Assert.Null((await service.CreateUserAsync(Bodies.With(property, null)))[property]);
    }

    [Theory]
    [InlineData("first_name")]
    [InlineData("last_name")]
    public async Task A_name_has_at_most_150_characters(string property)
    {
        foreach (var character in new[] { "x", "ß", Bodies.Emoji, "e\u0301" })
        {
            var longest = Bodies.Repeat(character, 150);

            Assert.Equal(longest.Normalize(), (string)(await service.CreateUserAsync(Bodies.With(property, $"  {longest} ")))[property]!);
            (await service.PostAsync("/user", Bodies.With(property, longest + character))).MustRefuse(($"/{property}", "too_long"));
        }
    }

    [Theory]
    [MemberData(nameof(Bodies.ForbiddenCharacters), MemberType = typeof(Bodies))]
    [InlineData(@"\t")]
    [InlineData(@"\n")]
    public async Task A_control_character_or_a_lone_surrogate_is_refused(string character)
    {
        foreach (var property in new[] { "first_name", "last_name", "email" })
        {
            (await service.PostAsync("/user", Bodies.Raw(property, $"\"a{character}@b\""))).MustRefuse(($"/{property}", "invalid_text"));
        }
    }

    [Theory]
    [InlineData("first_name")]
    [InlineData("last_name")]
    [InlineData("email")]
    [InlineData("role")]
    [InlineData("_role")]
    public async Task A_text_must_be_a_string(string property)
    {
        foreach (var value in new[] { "1", "true", "{}", """["admin"]""", "1e999" })
        {
            (await service.PostAsync("/user", Bodies.Raw(property, value))).MustRefuse(($"/{property}", "invalid_type"));
        }
    }

    [Fact]
    public async Task An_unknown_property_is_named()
    {
        (await service.PostAsync("/user", """{"first_name":"Ada","nickname":null}""")).MustRefuse(("/nickname", "unknown_property"));
        (await service.PostAsync("/user", """{"first_name":"Ada","First_name":"Ada"}""")).MustRefuse(("/First_name", "unknown_property"));
        (await service.PostAsync("/user", """{"a/b~c":1,"":2,"é😀":3}""")).MustRefuse(
            ("/a~1b~0c", "unknown_property"), ("/", "unknown_property"), ("/é😀", "unknown_property"));
    }

    [Theory]
    [InlineData("id", "\"019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071\"")]
    [InlineData("created_at", "\"2026-11-23T12:24:27.123456Z\"")]
    [InlineData("updated_at", "\"2026-11-23T12:24:27.123456Z\"")]
    public async Task A_read_only_property_cannot_be_set(string property, string value) =>
        (await service.PostAsync("/user", $$"""{"first_name":"Ada","{{property}}":{{value}}}""")).MustBe(400);

    [Fact]
    public async Task A_property_that_is_given_twice_is_refused() =>
        (await service.PostAsync("/user", """{"first_name":"Ada","first_name":"Grace"}"""))
            .MustRefuse(("/first_name", "duplicate_property"));

    [Fact]
    public async Task Teams_can_only_be_an_empty_list()
    {
        var user = await service.CreateUserAsync("""{"first_name":"Ada","teams":[]}""");

        Assert.Equal("Ada", (string)user["first_name"]!);
        foreach (var teams in new[] { """["blue"]""", "null", "\"\"", "{}", "0" })
        {
            var refusal = (await service.PostAsync("/user", $$"""{"first_name":"Ada","teams":{{teams}}}""")).MustBe(400).Json;
            Assert.Equal("/teams", (string)refusal["errors"]!.AsArray().Single()!["pointer"]!);
        }
    }

    [Fact]
    public async Task The_answer_has_each_group_once_ascending_in_lower_case()
    {
        var groups = await service.CreateGroupsAsync(3);

        var user = await service.CreateUserAsync(
            new { user_groups = new[] { groups[2], groups[0].ToUpperInvariant(), groups[2], groups[1], groups[0] } });

        Assert.Equal(groups, user.Ids("user_groups"));
    }

    [Fact]
    public async Task A_new_membership_shows_in_both_resources_and_changes_both()
    {
        var joined = await service.CreateGroupAsync();
        var other = await service.CreateGroupAsync();

        var user = await service.CreateUserAsync(new { user_groups = new[] { joined.Id() } });

        var joinedNow = await service.ReadGroupAsync(joined.Id());
        Assert.Equal([user.Id()], joinedNow.Ids("users"));
        Assert.True(joinedNow.UpdatedAt() > joined.UpdatedAt());
        joinedNow.Without("users", "updated_at").MustEqual(joined.Without("users", "updated_at"));
        (await service.ReadGroupAsync(other.Id())).MustEqual(other);
    }

    [Fact]
    public async Task Each_unknown_group_is_named_and_no_user_is_created()
    {
        var group = await service.CreateGroupAsync();
        var user = await service.CreateUserAsync();
        var before = await service.CountAsync("/user");

        var problem = (await service.PostAsync(
            "/user", new { user_groups = new[] { group.Id(), Bodies.UnknownId, "no uuid", group.Id(), user.Id(), "", Bodies.UnknownId } }))
            .MustRefuse(
                ("/user_groups/1", "unknown_user_group"),
                ("/user_groups/2", "unknown_user_group"),
                ("/user_groups/4", "unknown_user_group"),
                ("/user_groups/5", "unknown_user_group"),
                ("/user_groups/6", "unknown_user_group")).Json;

        Assert.Equal("unknown_user_group", (string)problem["code"]!);
        Assert.Equal(before, await service.CountAsync("/user"));
        Assert.Empty((await service.ReadGroupAsync(group.Id())).Ids("users"));
    }

    [Fact]
    public async Task Groups_must_be_a_list_of_strings()
    {
        (await service.PostAsync("/user", """{"user_groups":[1,null,{},["x"],"\ud800"]}""")).MustRefuse(
            ("/user_groups/0", "invalid_type"),
            ("/user_groups/1", "invalid_type"),
            ("/user_groups/2", "invalid_type"),
            ("/user_groups/3", "invalid_type"),
            ("/user_groups/4", "invalid_text"));
        (await service.PostAsync("/user", """{"user_groups":"x"}""")).MustRefuse(("/user_groups", "invalid_type"));
        (await service.PostAsync("/user", """{"user_groups":null}""")).MustRefuse(("/user_groups", "required"));
    }

    [Fact]
    public async Task A_list_of_groups_has_at_most_100_000_ids()
    {
        var group = await service.CreateGroupAsync();
        var most = Enumerable.Repeat(group.Id(), 100_000).ToArray();

        Assert.Equal([group.Id()], (await service.CreateUserAsync(new { user_groups = most })).Ids("user_groups"));
        (await service.PostAsync("/user", new { user_groups = most.Append(group.Id()) })).MustRefuse(("/user_groups", "too_many"));
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_named_at_once()
    {
        await service.CreateUserAsync(new { email = "everything@example.org" });

        var problem = (await service.PostAsync("/user", new JsonObject
        {
            ["role"] = "owner",
            ["email"] = "Everything@example.org",
            ["last_name"] = 1,
            ["first_name"] = new string('x', 151),
            ["user_groups"] = new JsonArray("no uuid", Bodies.UnknownId, 7),
            ["teams"] = new JsonArray("blue"),
            ["nickname"] = "x",
        })).MustRefuse(
            ("/role", "invalid_role"),
            ("/email", "email_taken"),
            ("/last_name", "invalid_type"),
            ("/first_name", "too_long"),
            ("/user_groups/0", "unknown_user_group"),
            ("/user_groups/1", "unknown_user_group"),
            ("/user_groups/2", "invalid_type"),
            ("/teams", "unsupported"),
            ("/nickname", "unknown_property")).Json;

        Assert.Equal("validation_failed", (string)problem["code"]!);
    }
}

using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class UpdateUserByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Theory]
    [InlineData("first_name", "Grace")]
    [InlineData("last_name", "Hopper")]
    [InlineData("role", "admin")]
    [InlineData("email", "Grace@example.org")]
    public async Task Only_the_given_property_and_updated_at_change(string property, string value)
    {
        var user = await CreateAdaAsync();

        var answer = (await service.PatchAsync($"/user/{user.Id()}", Bodies.With(property, value))).MustBe(200);

        Assert.Equal(value, (string)answer.Json[property]!);
        answer.Json.Without(property, "updated_at").MustEqual(user.Without(property, "updated_at"));
        Assert.True(answer.Json.UpdatedAt() > user.UpdatedAt());
        Assert.Equal((await service.GetAsync($"/user/{user.Id()}")).Text, answer.Text);
    }

    [Theory]
    [InlineData("/user/{0}/")]
    [InlineData("/api/v1/user/{0}")]
    [InlineData("/api/v1/user/{0}/")]
    public async Task The_user_is_changed_at_every_form_of_its_address(string path)
    {
        var user = await CreateAdaAsync();

        (await service.PatchAsync(path.Replace("{0}", user.Id(), StringComparison.Ordinal), new { first_name = "Grace" })).MustBe(200);

        Assert.Equal("Grace", (string)(await service.ReadUserAsync(user.Id()))["first_name"]!);
    }

    [Fact]
    public async Task Patch_without_changes_changes_nothing()
    {
        var user = await CreateAdaAsync();

        (await service.PatchAsync($"/user/{user.Id()}", "{}")).MustBe(200).Json.MustEqual(user);

        (await service.ReadUserAsync(user.Id())).MustEqual(user);
    }

    [Theory]
    [InlineData("first_name", null)]
    [InlineData("first_name", "  ")]
    [InlineData("first_name", "\u200b")]
    [InlineData("last_name", "\u2060 \ufeff")]
    [InlineData("last_name", null)]
    [InlineData("last_name", "")]
    public async Task A_null_or_blank_name_clears_the_property(string property, string? value)
    {
        var user = await CreateAdaAsync();

        var changed = (await service.PatchAsync($"/user/{user.Id()}", Bodies.With(property, value))).MustBe(200).Json;

        Assert.Null(changed[property]);
        changed.Without(property, "updated_at").MustEqual(user.Without(property, "updated_at"));
    }

    [Theory]
    [InlineData("""{"role":null}""", "/role", "invalid_role")]
    [InlineData("""{"_role":null}""", "/_role", "invalid_role")]
    [InlineData("""{"role":"owner"}""", "/role", "invalid_role")]
    [InlineData("""{"role":"admin","_role":"guest"}""", "/_role", "role_conflict")]
    [InlineData("""{"role":1}""", "/role", "invalid_type")]
    [InlineData("""{"user_groups":null}""", "/user_groups", "required")]
    [InlineData("""{"user_groups":"x"}""", "/user_groups", "invalid_type")]
    [InlineData("""{"nickname":"x"}""", "/nickname", "unknown_property")]
    [InlineData("""{"email":null}""", "/email", "required")]
    [InlineData("""{"email":" "}""", "/email", "required")]
    [InlineData("""{"email":1}""", "/email", "invalid_type")]
    [InlineData("""{"email":"ada"}""", "/email", "invalid_email")]
    [InlineData("""{"email":"ada@example.org\u200b"}""", "/email", "invalid_email")]
    [InlineData("""{"users":[]}""", "/users", "unknown_property")]
    [InlineData("""{"teams":["blue"]}""", "/teams", "unsupported")]
    [InlineData("""{"teams":null}""", "/teams", "unsupported")]
    [InlineData("""{"role":"guest","role":"admin"}""", "/role", "duplicate_property")]
    public async Task An_invalid_change_is_refused(string body, string pointer, string code)
    {
        var user = await CreateAdaAsync();

        (await service.PatchAsync($"/user/{user.Id()}", body)).MustRefuse((pointer, code));

        (await service.ReadUserAsync(user.Id())).MustEqual(user);
    }

    [Theory]
    [InlineData("""{"first_name":"Grace","last_name":"Hopper","role":"owner"}""")]
    [InlineData("""{"first_name":"Grace","user_groups":["019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"]}""")]
    [InlineData("""{"user_groups":[],"role":"guest","email":"other"}""")]
    [InlineData("""{"email":"other@example.org","role":"owner"}""")]
    [InlineData("""{"user_groups":[],"nickname":1}""")]
    public async Task A_refused_change_changes_nothing(string body)
    {
        var user = await CreateAdaAsync();
        var groups = await Task.WhenAll(user.Ids("user_groups").Select(service.ReadGroupAsync));

        (await service.PatchAsync($"/user/{user.Id()}", body)).MustBe(400);

        (await service.ReadUserAsync(user.Id())).MustEqual(user);
        foreach (var group in groups)
        {
            (await service.ReadGroupAsync(group.Id())).MustEqual(group);
        }
    }

    [Theory]
    [InlineData("ADMIN", "admin")]
    [InlineData("vieweR", "viewer")]
    public async Task A_role_is_accepted_in_any_case_under_both_names(string given, string answered)
    {
        foreach (var property in new[] { "role", "_role" })
        {
            var user = await CreateAdaAsync();
            var changed = (await service.PatchAsync($"/user/{user.Id()}", Bodies.With(property, given))).MustBe(200).Json;
            Assert.Equal(answered, (string)changed["role"]!);
        }
    }

    [Fact]
    public async Task Teams_can_be_an_empty_list()
    {
        var user = await CreateAdaAsync();

        (await service.PatchAsync($"/user/{user.Id()}", """{"teams":[]}""")).MustBe(200).Json.MustEqual(user);
    }

    [Theory]
    [InlineData("first_name")]
    [InlineData("last_name")]
    public async Task A_name_is_trimmed_and_normalised_and_has_at_most_150_characters(string property)
    {
        var user = await CreateAdaAsync();
        var longest = Bodies.Repeat("e\u0301", 149) + Bodies.Emoji;

        var changed = (await service.PatchAsync($"/user/{user.Id()}", Bodies.With(property, $" {longest} "))).MustBe(200).Json;

        Assert.Equal(longest.Normalize(), (string)changed[property]!);
        (await service.PatchAsync($"/user/{user.Id()}", Bodies.With(property, longest + "x"))).MustRefuse(($"/{property}", "too_long"));
        (await service.ReadUserAsync(user.Id())).MustEqual(changed);
    }

    [Theory]
    [MemberData(nameof(Bodies.ForbiddenCharacters), MemberType = typeof(Bodies))]
    [InlineData(@"\t")]
    [InlineData(@"\n")]
    public async Task A_control_character_or_a_lone_surrogate_is_refused(string character)
    {
        var user = await CreateAdaAsync();

        foreach (var property in new[] { "first_name", "last_name" })
        {
            (await service.PatchAsync($"/user/{user.Id()}", Bodies.Raw(property, $"\"a{character}b\"")))
                .MustRefuse(($"/{property}", "invalid_text"));
        }
    }

    [Fact]
    public async Task A_user_can_be_sent_back_unchanged()
    {
        var user = await CreateAdaAsync();
        var read = (await service.GetAsync($"/user/{user.Id()}")).Text;

        Assert.Equal(read, (await service.PatchAsync($"/user/{user.Id()}", read)).MustBe(200).Text);
    }

    [Fact]
    public async Task A_user_can_be_sent_back_after_another_change()
    {
        var user = await CreateAdaAsync();
        (await service.PatchAsync($"/user/{user.Id()}", new { first_name = "Grace" })).MustBe(200);

        var changed = (await service.PatchAsync($"/user/{user.Id()}", user)).MustBe(200).Json;

        Assert.Equal("Ada", (string)changed["first_name"]!);
    }

    [Fact]
    public async Task A_user_without_an_email_can_be_sent_back_unchanged()
    {
        var user = await service.CreateUserAsync(new { first_name = "Ada" });

        (await service.PatchAsync($"/user/{user.Id()}", user)).MustBe(200).Json.MustEqual(user);
    }

    [Fact]
    public async Task A_user_without_an_email_can_get_one()
    {
        var user = await service.CreateUserAsync(new { first_name = "Ada" });

        (await service.PatchAsync($"/user/{user.Id()}", new { email = "first@example.org" })).MustBe(200);

        Assert.Equal([user.Id()], await service.ReadIdsAsync("/user?email=FIRST@example.org"));
    }

    [Fact]
    public async Task A_new_email_keeps_everything_else_and_frees_the_old_one()
    {
        var user = await CreateAdaAsync();
        var old = (string)user["email"]!;
        var tag = (await service.GetAsync($"/user/{user.Id()}")).Headers.ETag;

        var answer = (await service.PatchAsync($"/user/{user.Id()}", new { email = "moved@example.org" })).MustBe(200);

        answer.Json.Without("email", "updated_at").MustEqual(user.Without("email", "updated_at"));
        Assert.NotEqual(tag, answer.Headers.ETag);
        Assert.Equal([user.Id()], await service.ReadIdsAsync("/user?email=moved@example.org"));
        Assert.Equal([user.Id()], await service.ReadIdsAsync("/user?q=moved"));
        Assert.Empty(await service.ReadIdsAsync($"/user?email={old}"));
        var entries = (await service.GetAsync($"/auth/audit?resource={user.Id()}")).Json["results"]!.AsArray();
        Assert.Equal(2, entries.Count);
        Assert.Equal(
            (old, "moved@example.org"),
            ((string)entries[0]!["changes"]!["email"]!["from"]!, (string)entries[0]!["changes"]!["email"]!["to"]!));
        (await service.PostAsync("/user", new { email = old })).MustBe(201);
    }

    [Fact]
    public async Task The_case_and_the_spelling_of_an_email_can_change()
    {
        var user = await service.CreateUserAsync(new { email = "respelled@bücher.example" });

        foreach (var email in new[] { "Respelled@BÜCHER.example", "respelled@xn--bcher-kva.example", "respelled@bücher.example." })
        {
            Assert.Equal(email, (string)(await service.PatchAsync($"/user/{user.Id()}", new { email })).MustBe(200).Json["email"]!);
        }
    }

    [Fact]
    public async Task The_email_of_another_user_is_taken()
    {
        var other = await service.CreateUserAsync(new { email = "hers@example.org" });
        var user = await CreateAdaAsync();

        (await service.PatchAsync($"/user/{user.Id()}", new { email = "HERS@example.org.", first_name = "Grace" }))
            .MustRefuse(("/email", "email_taken"));
        (await service.PatchAsync($"/user/{user.Id()}", new { email = "hers@example.org", role = "owner" }))
            .MustRefuse(("/email", "email_taken"), ("/role", "invalid_role"));
        (await service.PatchAsync($"/user/{other.Id()}", new { email = "hers@example.org", role = "owner" }))
            .MustRefuse(("/role", "invalid_role"));

        (await service.ReadUserAsync(user.Id())).MustEqual(user);
    }

    [Fact]
    public async Task Of_requests_that_race_for_an_email_one_wins()
    {
        var users = await service.CreateUsersAsync(8);

        var answers = await Task.WhenAll(users.Select(id => service.PatchAsync($"/user/{id}", new { email = "raced@example.org" })));

        Assert.Equal([200, 400, 400, 400, 400, 400, 400, 400], answers.Select(answer => answer.Status).Order());
        Assert.All(answers.Where(answer => answer.Status == 400), answer => answer.MustRefuse(("/email", "email_taken")));
        Assert.Equal(1, await service.CountAsync("/user", "email=raced@example.org"));
    }

    [Fact]
    public async Task An_email_with_a_stale_entity_tag_is_refused()
    {
        var user = await CreateAdaAsync();
        (await service.PatchAsync($"/user/{user.Id()}", new { first_name = "Grace" })).MustBe(200);
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/user/{user.Id()}")
        {
            Content = ServiceFixture.ToContent(new { email = "stale@example.org" }),
        };
        request.Headers.Add("If-Match", "\"1\"");

        (await service.SendAsync(request)).MustBe(412);

        Assert.Equal((string)user["email"]!, (string)(await service.ReadUserAsync(user.Id()))["email"]!);
    }

    [Theory]
    [InlineData("editor")]
    [InlineData("viewer")]
    public async Task Only_an_admin_may_change_an_email(string role)
    {
        var user = await CreateAdaAsync();
        var token = await service.CreateTokenAsync(role);

        var answer = await service.SendAsAsync(token, HttpMethod.Patch, $"/user/{user.Id()}", new { email = "theirs@example.org" });

        Assert.Equal("admin_required", (string)answer.MustBe(403).Json["code"]!);
        (await service.ReadUserAsync(user.Id())).MustEqual(user);
    }

    // Earlier rules allowed other addresses.
    [Fact]
    public async Task An_email_of_an_earlier_rule_can_be_sent_back_and_replaced()
    {
        var user = await service.CreateUserAsync();
        await service.ExecuteAsync(
            $"UPDATE users SET email = '<old@example..org>', folded_email = '<old@example..org>' WHERE id = '{user.Id()}'");
        var read = (await service.GetAsync($"/user/{user.Id()}")).MustBe(200);

        Assert.Equal(read.Text, (await service.PatchAsync($"/user/{user.Id()}", read.Text)).MustBe(200).Text);
        (await service.PatchAsync($"/user/{user.Id()}", new { email = "<old@example.org>" })).MustRefuse(("/email", "invalid_email"));
        (await service.PatchAsync($"/user/{user.Id()}", new { email = "old@example.org" })).MustBe(200);
    }

    [Theory]
    [InlineData("id", "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")]
    [InlineData("id", null)]
    [InlineData("id", "me")]
    [InlineData("created_at", "2001-01-01T00:00:00.000000Z")]
    [InlineData("created_at", null)]
    [InlineData("updated_at", "2001-01-01T00:00:00.000000Z")]
    [InlineData("updated_at", "2999-01-01T00:00:00.000000Z")]
    [InlineData("updated_at", "now")]
    public async Task A_read_only_property_cannot_be_sent_back_changed(string property, string? value)
    {
        var user = await CreateAdaAsync();
        var body = user.DeepClone().AsObject();
        body["first_name"] = "Grace";
        body[property] = value;

        (await service.PatchAsync($"/user/{user.Id()}", body)).MustRefuse(($"/{property}", "read_only"));

        (await service.ReadUserAsync(user.Id())).MustEqual(user);
    }

    [Fact]
    public async Task Groups_replace_the_whole_membership_and_both_sides_change()
    {
        var left = await service.CreateGroupAsync();
        var kept = await service.CreateGroupAsync();
        var joined = await service.CreateGroupAsync();
        var user = await service.CreateUserAsync(new { user_groups = new[] { left.Id(), kept.Id() } });
        var leftBefore = await service.ReadGroupAsync(left.Id());
        var keptBefore = await service.ReadGroupAsync(kept.Id());

        var changed = (await service.PatchAsync(
            $"/user/{user.Id()}", new { user_groups = new[] { joined.Id(), kept.Id().ToUpperInvariant(), joined.Id() } })).MustBe(200).Json;

        Assert.Equal([kept.Id(), joined.Id()], changed.Ids("user_groups"));
        Assert.True(changed.UpdatedAt() > user.UpdatedAt());
        var leftNow = await service.ReadGroupAsync(left.Id());
        Assert.Empty(leftNow.Ids("users"));
        Assert.True(leftNow.UpdatedAt() > leftBefore.UpdatedAt());
        var joinedNow = await service.ReadGroupAsync(joined.Id());
        Assert.Equal([user.Id()], joinedNow.Ids("users"));
        Assert.True(joinedNow.UpdatedAt() > joined.UpdatedAt());
        (await service.ReadGroupAsync(kept.Id())).MustEqual(keptBefore);
    }

    [Fact]
    public async Task An_empty_list_ends_every_membership()
    {
        var user = await CreateAdaAsync();
        var group = user.Ids("user_groups").Single();

        Assert.Empty((await service.PatchAsync($"/user/{user.Id()}", """{"user_groups":[]}""")).MustBe(200).Json.Ids("user_groups"));
        Assert.Empty((await service.ReadGroupAsync(group)).Ids("users"));
    }

    [Fact]
    public async Task Other_users_of_a_group_stay_members()
    {
        var group = await service.CreateGroupAsync();
        var staying = await service.CreateUserAsync(new { user_groups = new[] { group.Id() } });
        var leaving = await service.CreateUserAsync(new { user_groups = new[] { group.Id() } });

        (await service.PatchAsync($"/user/{leaving.Id()}", """{"user_groups":[]}""")).MustBe(200);

        Assert.Equal([staying.Id()], (await service.ReadGroupAsync(group.Id())).Ids("users"));
        (await service.ReadUserAsync(staying.Id())).MustEqual(staying);
    }

    [Fact]
    public async Task Each_unknown_group_is_named()
    {
        var user = await CreateAdaAsync();

        (await service.PatchAsync(
            $"/user/{user.Id()}", new { user_groups = new[] { Bodies.UnknownId, user.Ids("user_groups").Single(), "no uuid", user.Id() } }))
            .MustRefuse(
                ("/user_groups/0", "unknown_user_group"),
                ("/user_groups/2", "unknown_user_group"),
                ("/user_groups/3", "unknown_user_group"));

        (await service.ReadUserAsync(user.Id())).MustEqual(user);
    }

    [Fact]
    public async Task A_list_of_groups_has_at_most_100_000_ids()
    {
        var user = await CreateAdaAsync();
        var most = Enumerable.Repeat(user.Ids("user_groups").Single(), 100_000).ToArray();

        (await service.PatchAsync($"/user/{user.Id()}", new { user_groups = most })).MustBe(200);
        (await service.PatchAsync($"/user/{user.Id()}", new { user_groups = most.Append(most[0]) }))
            .MustRefuse(("/user_groups", "too_many"));
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_named_at_once()
    {
        var user = await CreateAdaAsync();

        (await service.PatchAsync($"/user/{user.Id()}", new JsonObject
        {
            ["id"] = "me",
            ["email"] = "other",
            ["role"] = "owner",
            ["_role"] = 1,
            ["first_name"] = "a\u0000b",
            ["last_name"] = new string('x', 151),
            ["user_groups"] = new JsonArray(Bodies.UnknownId, 1),
            ["nickname"] = "x",
        })).MustRefuse(
            ("/id", "read_only"),
            ("/email", "invalid_email"),
            ("/role", "invalid_role"),
            ("/_role", "invalid_type"),
            ("/first_name", "invalid_text"),
            ("/last_name", "too_long"),
            ("/user_groups/0", "unknown_user_group"),
            ("/user_groups/1", "invalid_type"),
            ("/nickname", "unknown_property"));
    }

    [Fact]
    public async Task An_unknown_user_is_not_found()
    {
        var group = await service.CreateGroupAsync();
        object[] bodies = ["{}", """{"email":null}""", new { first_name = "Ada" }, new { user_groups = new[] { group.Id() } }];
        foreach (var body in bodies)
        {
            var problem = (await service.PatchAsync($"/user/{Bodies.UnknownId}", body)).MustBe(404).Json;
            Assert.Equal("user_not_found", (string)problem["code"]!);
        }

        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
        (await service.PatchAsync("/user/42", "{}")).MustBe(404);
    }

    private async Task<JsonObject> CreateAdaAsync()
    {
        var group = await service.CreateGroupAsync();
        return await service.CreateUserAsync(new
        {
            first_name = "Ada",
            last_name = "Lovelace",
            role = "editor",
            email = $"Ada.{Guid.NewGuid():N}@example.org",
            user_groups = new[] { group.Id() },
        });
    }
}

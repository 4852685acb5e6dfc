using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

public sealed class UpdateGroupByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Theory]
    [InlineData("name", "Physicists")]
    [InlineData("icon", "atom")]
    [InlineData("description", "one\n\ttwo")]
    public async Task Only_the_given_property_and_updated_at_change(string property, string value)
    {
        var group = await CreateMathematiciansAsync();

        var answer = (await service.PatchAsync($"/auth/group/{group.Id()}", Bodies.With(property, value))).MustBe(200);

        Assert.Equal(value, (string)answer.Json[property]!);
        answer.Json.Without(property, "updated_at").MustEqual(group.Without(property, "updated_at"));
        Assert.True(answer.Json.UpdatedAt() > group.UpdatedAt());
        Assert.Equal((await service.GetAsync($"/auth/group/{group.Id()}")).Text, answer.Text);
    }

    [Theory]
    [InlineData("/auth/group/{0}/")]
    [InlineData("/api/v1/auth/group/{0}")]
    [InlineData("/api/v1/auth/group/{0}/")]
    public async Task The_group_is_changed_at_every_form_of_its_address(string path)
    {
        var group = await CreateMathematiciansAsync();

        (await service.PatchAsync(path.Replace("{0}", group.Id(), StringComparison.Ordinal), new { name = "Physicists" })).MustBe(200);

        Assert.Equal("Physicists", (string)(await service.ReadGroupAsync(group.Id()))["name"]!);
    }

    [Fact]
    public async Task Patch_without_changes_changes_nothing()
    {
        var group = await CreateMathematiciansAsync();

        (await service.PatchAsync($"/auth/group/{group.Id()}", "{}")).MustBe(200).Json.MustEqual(group);

        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
    }

    [Theory]
    [InlineData("icon", null)]
    [InlineData("icon", "  ")]
    [InlineData("icon", "\u200b")]
    [InlineData("description", "\u2060 \ufeff")]
    [InlineData("description", null)]
    [InlineData("description", "")]
    public async Task A_null_or_blank_text_clears_the_property(string property, string? value)
    {
        var group = await CreateMathematiciansAsync();

        var changed = (await service.PatchAsync($"/auth/group/{group.Id()}", Bodies.With(property, value))).MustBe(200).Json;

        Assert.Null(changed[property]);
        changed.Without(property, "updated_at").MustEqual(group.Without(property, "updated_at"));
    }

    [Theory]
    [InlineData("""{"name":null}""", "/name", "required")]
    [InlineData("""{"name":" "}""", "/name", "required")]
    [InlineData("""{"name":1}""", "/name", "invalid_type")]
    [InlineData("""{"users":null}""", "/users", "required")]
    [InlineData("""{"users":"x"}""", "/users", "invalid_type")]
    [InlineData("""{"nickname":"x"}""", "/nickname", "unknown_property")]
    [InlineData("""{"user_groups":[]}""", "/user_groups", "unknown_property")]
    [InlineData("""{"email":null}""", "/email", "unknown_property")]
    [InlineData("""{"teams":[]}""", "/teams", "unknown_property")]
    [InlineData("""{"icon":"a","icon":"b"}""", "/icon", "duplicate_property")]
    public async Task An_invalid_change_is_refused(string body, string pointer, string code)
    {
        var group = await CreateMathematiciansAsync();

        (await service.PatchAsync($"/auth/group/{group.Id()}", body)).MustRefuse((pointer, code));

        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
    }

    [Theory]
    [InlineData("""{"icon":"atom","description":"x","name":""}""")]
    [InlineData("""{"icon":"atom","users":["019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"]}""")]
    [InlineData("""{"users":[],"id":"019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"}""")]
    [InlineData("""{"users":[],"nickname":1}""")]
    public async Task A_refused_change_changes_nothing(string body)
    {
        var group = await CreateMathematiciansAsync();
        var users = await Task.WhenAll(group.Ids("users").Select(service.ReadUserAsync));

        (await service.PatchAsync($"/auth/group/{group.Id()}", body)).MustBe(400);

        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
        foreach (var user in users)
        {
            (await service.ReadUserAsync(user.Id())).MustEqual(user);
        }
    }

    [Theory]
    [InlineData("name", 200)]
    [InlineData("icon", 256)]
    [InlineData("description", 4000)]
    public async Task A_text_is_trimmed_and_normalised_and_its_limit_counts_characters(string property, int limit)
    {
        var group = await CreateMathematiciansAsync();
        var longest = Bodies.Repeat("e\u0301", limit - 1) + Bodies.Emoji;

        var changed = (await service.PatchAsync($"/auth/group/{group.Id()}", Bodies.With(property, $" {longest} "))).MustBe(200).Json;

        Assert.Equal(longest.Normalize(), (string)changed[property]!);
        (await service.PatchAsync($"/auth/group/{group.Id()}", Bodies.With(property, longest + "x")))
            .MustRefuse(($"/{property}", "too_long"));
        (await service.ReadGroupAsync(group.Id())).MustEqual(changed);
    }

    [Theory]
    [MemberData(nameof(Bodies.ForbiddenCharacters), MemberType = typeof(Bodies))]
    public async Task A_control_character_or_a_lone_surrogate_is_refused(string character)
    {
        var group = await CreateMathematiciansAsync();

        foreach (var property in new[] { "name", "icon", "description" })
        {
            (await service.PatchAsync($"/auth/group/{group.Id()}", Bodies.Raw(property, $"\"a{character}b\"")))
                .MustRefuse(($"/{property}", "invalid_text"));
        }
    }

    [Fact]
    public async Task A_group_can_be_sent_back_unchanged()
    {
        var group = await CreateMathematiciansAsync();
        var read = (await service.GetAsync($"/auth/group/{group.Id()}")).Text;

        Assert.Equal(read, (await service.PatchAsync($"/auth/group/{group.Id()}", read)).MustBe(200).Text);
    }

    [Fact]
    public async Task A_group_without_a_name_can_be_sent_back_unchanged()
    {
        var group = await service.CreateGroupAsync(new { icon = "abacus" });
        var read = (await service.GetAsync($"/auth/group/{group.Id()}")).Text;

        Assert.Equal(read, (await service.PatchAsync($"/auth/group/{group.Id()}", read)).MustBe(200).Text);
    }

    [Fact]
    public async Task A_group_can_be_sent_back_after_another_change()
    {
        var group = await CreateMathematiciansAsync();
        (await service.PatchAsync($"/auth/group/{group.Id()}", new { name = "Physicists" })).MustBe(200);

        var changed = (await service.PatchAsync($"/auth/group/{group.Id()}", group)).MustBe(200).Json;

        Assert.Equal("Mathematicians", (string)changed["name"]!);
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
        var group = await CreateMathematiciansAsync();
        var body = group.DeepClone().AsObject();
        body["name"] = "Physicists";
        body[property] = value;

        (await service.PatchAsync($"/auth/group/{group.Id()}", body)).MustRefuse(($"/{property}", "read_only"));

        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
    }

    [Fact]
    public async Task Users_replace_the_whole_membership_and_both_sides_change()
    {
        var users = await service.CreateUsersAsync(3);
        var group = await service.CreateGroupAsync(new { users = users[..2] });
        var leaving = await service.ReadUserAsync(users[0]);
        var staying = await service.ReadUserAsync(users[1]);
        var joining = await service.ReadUserAsync(users[2]);

        var changed = (await service.PatchAsync(
            $"/auth/group/{group.Id()}", new { users = new[] { users[2], users[1].ToUpperInvariant(), users[2] } })).MustBe(200).Json;

        Assert.Equal(users[1..], changed.Ids("users"));
        Assert.True(changed.UpdatedAt() > group.UpdatedAt());
        var left = await service.ReadUserAsync(users[0]);
        Assert.Empty(left.Ids("user_groups"));
        Assert.True(left.UpdatedAt() > leaving.UpdatedAt());
        var joined = await service.ReadUserAsync(users[2]);
        Assert.Equal([group.Id()], joined.Ids("user_groups"));
        Assert.True(joined.UpdatedAt() > joining.UpdatedAt());
        (await service.ReadUserAsync(users[1])).MustEqual(staying);
    }

    [Fact]
    public async Task Memberships_that_stay_are_not_written()
    {
        var users = await service.CreateUsersAsync(4);
        var group = (await service.CreateGroupAsync(new { users = users[..3] })).Id();
        var before = await service.ReadMembershipRowsAsync(group);

        (await service.PatchAsync($"/auth/group/{group}", new { users = users[1..] })).MustBe(200);

        Assert.Equal(before[1..], (await service.ReadMembershipRowsAsync(group))[..2]);
    }

    [Fact]
    public async Task An_empty_list_ends_every_membership()
    {
        var group = await CreateMathematiciansAsync();
        var user = group.Ids("users").Single();

        Assert.Empty((await service.PatchAsync($"/auth/group/{group.Id()}", """{"users":[]}""")).MustBe(200).Json.Ids("users"));
        Assert.Empty((await service.ReadUserAsync(user)).Ids("user_groups"));
    }

    [Fact]
    public async Task Other_groups_of_a_user_keep_the_user()
    {
        var user = await service.CreateUserAsync();
        var keeping = await service.CreateGroupAsync(new { users = new[] { user.Id() } });
        var losing = await service.CreateGroupAsync(new { users = new[] { user.Id() } });

        (await service.PatchAsync($"/auth/group/{losing.Id()}", """{"users":[]}""")).MustBe(200);

        Assert.Equal([keeping.Id()], (await service.ReadUserAsync(user.Id())).Ids("user_groups"));
        (await service.ReadGroupAsync(keeping.Id())).MustEqual(keeping);
    }

    [Fact]
    public async Task Each_unknown_user_is_named()
    {
        var group = await CreateMathematiciansAsync();

        (await service.PatchAsync(
            $"/auth/group/{group.Id()}", new { users = new[] { Bodies.UnknownId, group.Ids("users").Single(), "no uuid", group.Id() } }))
            .MustRefuse(("/users/0", "unknown_user"), ("/users/2", "unknown_user"), ("/users/3", "unknown_user"));

        (await service.ReadGroupAsync(group.Id())).MustEqual(group);
    }

    [Fact]
    public async Task A_group_can_grow_to_100_000_users_at_most()
    {
        var group = await service.CreateGroupAsync();
        var users = await service.SeedUsersAsync(100_000);

        var full = (await service.PatchAsync($"/auth/group/{group.Id()}", new { users })).MustBe(200).Json;

        Assert.Equal(users, full.Ids("users"));
        (await service.PatchAsync($"/auth/group/{group.Id()}", new { users = users.Append(users[0]) })).MustRefuse(("/users", "too_many"));
        Assert.Empty((await service.PatchAsync($"/auth/group/{group.Id()}", """{"users":[]}""")).MustBe(200).Json.Ids("users"));
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_named_at_once()
    {
        var group = await CreateMathematiciansAsync();

        (await service.PatchAsync($"/auth/group/{group.Id()}", new JsonObject
        {
            ["id"] = "me",
            ["name"] = null,
            ["icon"] = new string('x', 257),
            ["description"] = "a\u0000b",
            ["users"] = new JsonArray(Bodies.UnknownId, 1),
            ["nickname"] = "x",
        })).MustRefuse(
            ("/id", "read_only"),
            ("/name", "required"),
            ("/icon", "too_long"),
            ("/description", "invalid_text"),
            ("/users/0", "unknown_user"),
            ("/users/1", "invalid_type"),
            ("/nickname", "unknown_property"));
    }

    [Fact]
    public async Task An_unknown_group_is_not_found()
    {
        var user = await service.CreateUserAsync();
        foreach (var body in new object[] { "{}", new { name = "x" }, new { users = new[] { user.Id() } } })
        {
            var problem = (await service.PatchAsync($"/auth/group/{Bodies.UnknownId}", body)).MustBe(404).Json;
            Assert.Equal("user_group_not_found", (string)problem["code"]!);
        }

        (await service.ReadUserAsync(user.Id())).MustEqual(user);
        (await service.PatchAsync("/auth/group/42", "{}")).MustBe(404);
    }

    private async Task<JsonObject> CreateMathematiciansAsync()
    {
        var user = await service.CreateUserAsync();
        return await service.CreateGroupAsync(
            new { name = "Mathematicians", icon = "abacus", description = "On the engine.", users = new[] { user.Id() } });
    }
}

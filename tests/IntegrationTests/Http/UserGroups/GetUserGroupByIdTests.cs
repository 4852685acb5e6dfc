using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

public sealed class GetUserGroupByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_group_shows_every_property_and_null_for_a_missing_value()
    {
        var created = await service.CreateGroupAsync("""{"users":[]}""");

        var group = await service.ReadGroupAsync(created.Id());

        Assert.Equal(created.Id(), group.Id());
        Assert.Null(group["name"]);
        Assert.Null(group["icon"]);
        Assert.Null(group["description"]);
        Assert.Empty(group["users"]!.AsArray());
        Assert.Equal((string)created["created_at"]!, (string)group["created_at"]!);
        Assert.Equal((string)created["created_at"]!, (string)group["updated_at"]!);
    }

    [Fact]
    public async Task A_group_can_be_read_at_every_form_of_its_address()
    {
        var id = (await service.CreateGroupAsync()).Id();
        var expected = (await service.GetAsync($"/auth/group/{id}")).MustBe(200).Text;

        foreach (var path in new[]
        {
            $"/auth/group/{id}/", $"/api/v1/auth/group/{id}", $"/api/v1/auth/group/{id}/", $"/auth/group/{id.ToUpperInvariant()}",
        })
        {
            Assert.Equal(expected, (await service.GetAsync(path)).MustBe(200).Text);
        }
    }

    [Fact]
    public async Task An_unknown_group_is_not_found()
    {
        var problem = (await service.GetAsync($"/auth/group/{Bodies.UnknownId}")).MustBe(404).Json;

        Assert.Equal("user_group_not_found", (string)problem["code"]!);
    }

    [Fact]
    public async Task Simultaneous_reads_each_get_their_own_complete_group_of_any_size()
    {
        var users = await service.SeedUsersAsync(3000);
        var shown = new Dictionary<string, string>();
        foreach (var count in new[] { 0, 1, 499, 500, 501, 3000 })
        {
            var group = (await service.CreateGroupAsync(new { name = $"{count}", users = users[..count] })).Id();
            shown[group] = (await service.GetAsync($"/auth/group/{group}")).MustBe(200).Text;
        }

        var asked = Enumerable.Repeat(shown.Keys.Append(Bodies.UnknownId), 40).SelectMany(ids => ids).ToArray();
        var answers = await Task.WhenAll(asked.Select(id => service.GetAsync($"/auth/group/{id}")));

        Assert.All(asked.Zip(answers), pair =>
        {
            var (id, answer) = pair;
            if (id == Bodies.UnknownId)
            {
                answer.MustBe(404);
            }
            else
            {
                Assert.Equal(shown[id], answer.MustBe(200).Text);
            }
        });
    }

    [Fact]
    public async Task The_id_of_a_user_is_not_found_as_a_group()
    {
        var user = await service.CreateUserAsync();

        (await service.GetAsync($"/auth/group/{user.Id()}")).MustBe(404);
    }

    [Theory]
    [InlineData("42")]
    [InlineData("019a2b3c4d5e7f608a1b2c3d4e5f6071")]
    [InlineData("{019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071}")]
    [InlineData("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f607g")]
    [InlineData("%0A")]
    [InlineData("%F0%9F%98%80")]
    public async Task An_id_that_is_not_a_uuid_is_not_found(string id) => (await service.GetAsync($"/auth/group/{id}")).MustBe(404);
}

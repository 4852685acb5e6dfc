using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class GetUserByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_user_shows_every_property_and_null_for_a_missing_value()
    {
        var created = await service.CreateUserAsync(new { role = "guest" });

        var user = await service.ReadUserAsync(created.Id());

        Assert.Equal(created.Id(), user.Id());
        Assert.Null(user["first_name"]);
        Assert.Null(user["last_name"]);
        Assert.Null(user["email"]);
        Assert.Equal("guest", (string)user["role"]!);
        Assert.Empty(user["user_groups"]!.AsArray());
        Assert.Equal((string)created["created_at"]!, (string)user["created_at"]!);
        Assert.Equal((string)created["created_at"]!, (string)user["updated_at"]!);
    }

    [Fact]
    public async Task A_user_can_be_read_at_every_form_of_its_address()
    {
        var id = (await service.CreateUserAsync()).Id();
        var expected = (await service.GetAsync($"/user/{id}")).MustBe(200).Text;

        foreach (var path in new[] { $"/user/{id}/", $"/api/v1/user/{id}", $"/api/v1/user/{id}/", $"/user/{id.ToUpperInvariant()}" })
        {
            Assert.Equal(expected, (await service.GetAsync(path)).MustBe(200).Text);
        }
    }

    [Fact]
    public async Task An_unknown_user_is_not_found()
    {
        var problem = (await service.GetAsync($"/user/{Bodies.UnknownId}")).MustBe(404).Json;

        Assert.Equal("user_not_found", (string)problem["code"]!);
    }

    [Fact]
    public async Task Simultaneous_reads_each_get_their_own_user_as_last_written()
    {
        var group = await service.CreateGroupAsync();
        var users = await Task.WhenAll(Enumerable.Range(0, 30).Select(i =>
            service.CreateUserAsync(
                new { first_name = $"Ada {i}", role = "viewer", user_groups = i % 2 == 0 ? new[] { group.Id() } : [] })));

        await Task.WhenAll(users.Select(async user =>
        {
            for (var turn = 0; turn < 20; turn++)
            {
                var updated = (await service.PatchAsync($"/user/{user.Id()}", new { last_name = $"{turn}" })).MustBe(200);
                string[] asked = [user.Id(), Bodies.UnknownId, user.Id()];
                var answers = await Task.WhenAll(asked.Select(id => service.GetAsync($"/user/{id}")));
                answers[1].MustBe(404);
                Assert.All([answers[0], answers[2]], answer =>
                {
                    Assert.Equal(updated.Text, answer.MustBe(200).Text);
                    Assert.Equal(updated.Headers.ETag, answer.Headers.ETag);
                });
            }
        }));
    }

    [Fact]
    public async Task A_user_with_many_groups_is_complete_in_simultaneous_reads()
    {
        var groups = await service.CreateGroupsAsync(501);
        var few = (await service.CreateUserAsync(new { user_groups = groups[..500] })).Id();
        var many = (await service.CreateUserAsync(new { user_groups = groups })).Id();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => service.ReadUserAsync(i % 2 == 0 ? few : many)));

        Assert.All(answers, user => Assert.Equal(user.Id() == few ? groups[..500] : groups, user.Ids("user_groups")));
        Assert.Equal(100, answers.Count(user => user.Id() == many));
    }

    [Fact]
    public async Task The_id_of_a_group_is_not_found_as_a_user()
    {
        var group = await service.CreateGroupAsync();

        (await service.GetAsync($"/user/{group.Id()}")).MustBe(404);
    }

    [Theory]
    [InlineData("42")]
    [InlineData("019a2b3c4d5e7f608a1b2c3d4e5f6071")]
    [InlineData("{019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071}")]
    [InlineData("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f607g")]
    [InlineData("%0A")]
    [InlineData("%F0%9F%98%80")]
    public async Task An_id_that_is_not_a_uuid_is_not_found(string id) => (await service.GetAsync($"/user/{id}")).MustBe(404);
}

using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.NounName;

public sealed class GetEntityNameByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_resource_shows_every_property_or_the_requested_ones()
    {
        var path = $"/entity-path/{(await service.PostAsync("/entity-path", new { name = "first" })).MustBe(201).Json.Id()}";

        var whole = (await service.GetAsync(path)).MustBe(200).Json;
        var part = (await service.GetAsync($"{path}?fields=name")).MustBe(200).Json;

        Assert.Equal(["id", "name", "created_at", "updated_at"], whole.Select(property => property.Key));
        Assert.Equal(["name"], part.Select(property => property.Key));
    }

    [Fact]
    public async Task An_unknown_id_is_not_found()
    {
        var answer = await service.GetAsync($"/entity-path/{Bodies.UnknownId}");

        Assert.Equal("entity_name_not_found", (string)answer.MustBe(404).Json["code"]!);
    }

    [Fact]
    public async Task Only_an_admin_may_read_it()
    {
        var editor = await service.CreateTokenAsync("editor");

        (await service.SendAsAsync(editor, HttpMethod.Get, $"/entity-path/{Bodies.UnknownId}")).MustBe(403);
    }
}

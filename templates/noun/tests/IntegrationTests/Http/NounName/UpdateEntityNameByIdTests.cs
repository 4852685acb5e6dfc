using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.NounName;

public sealed class UpdateEntityNameByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_given_property_changes()
    {
        var path = await CreateAsync();

        var changed = (await service.PatchAsync(path, new { name = "second" })).MustBe(200).Json;

        Assert.Equal("second", (string)changed["name"]!);
        (await service.GetAsync(path)).MustBe(200).Json.MustEqual(changed);
    }

    [Fact]
    public async Task Patch_without_changes_changes_nothing()
    {
        var path = await CreateAsync();
        var before = await service.GetAsync(path);

        Assert.Equal(before.Text, (await service.PatchAsync(path, "{}")).MustBe(200).Text);
        Assert.Equal(before.Headers.ETag, (await service.PatchAsync(path, before.Text)).MustBe(200).Headers.ETag);
    }

    [Theory]
    [InlineData("""{"name":null}""", "/name", "required")]
    [InlineData("""{"created_at":"2026-11-23T12:24:27Z"}""", "/created_at", "read_only")]
    [InlineData("""{"nothing":"x"}""", "/nothing", "unknown_property")]
    public async Task A_refused_change_names_its_fault_and_changes_nothing(string body, string pointer, string code)
    {
        var path = await CreateAsync();
        var before = (await service.GetAsync(path)).Text;

        (await service.PatchAsync(path, body)).MustRefuse((pointer, code));

        Assert.Equal(before, (await service.GetAsync(path)).Text);
    }

    [Fact]
    public async Task An_unknown_id_is_not_found() => (await service.PatchAsync($"/entity-path/{Bodies.UnknownId}", "{}")).MustBe(404);

    private async Task<string> CreateAsync() =>
        $"/entity-path/{(await service.PostAsync("/entity-path", new { name = "first" })).MustBe(201).Json.Id()}";
}

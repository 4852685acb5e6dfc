using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.NounName;

public sealed class DeleteEntityNameByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_deleted_resource_is_not_found()
    {
        var path = $"/entity-path/{(await service.PostAsync("/entity-path", new { name = "first" })).MustBe(201).Json.Id()}";

        (await service.DeleteAsync(path)).MustBe(204);

        Assert.Equal("entity_name_not_found", (string)(await service.DeleteAsync(path)).MustBe(404).Json["code"]!);
        (await service.GetAsync(path)).MustBe(404);
    }
}

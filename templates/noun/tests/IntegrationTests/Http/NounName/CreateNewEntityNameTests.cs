using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.NounName;

public sealed class CreateNewEntityNameTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_answer_is_the_stored_resource()
    {
        var answer = (await service.PostAsync("/entity-path", new { name = " first " })).MustBe(201);

        Assert.Equal("first", (string)answer.Json["name"]!);
        Assert.Equal($"/entity-path/{answer.Json.Id()}", answer.Headers.Location!.AbsolutePath);
        (await service.GetAsync($"/entity-path/{answer.Json.Id()}")).MustBe(200).Json.MustEqual(answer.Json);
    }

    [Fact]
    public async Task The_audit_has_the_creation()
    {
        var created = (await service.PostAsync("/entity-path", new { name = "audited" })).MustBe(201).Json;

        var entries = (await service.GetAsync($"/auth/audit?resource={created.Id()}")).MustBe(200).Json["results"]!.AsArray();

        var entry = Assert.Single(entries)!;
        Assert.Equal("table_name", (string)entry["resource"]!);
        Assert.Equal("NounName_createNewEntityName", (string)entry["operation"]!);
        Assert.Equal("audited", (string)entry["changes"]!["name"]!["to"]!);
    }

    [Theory]
    [InlineData("""{}""", "/name", "required")]
    [InlineData("""{"name":" "}""", "/name", "required")]
    [InlineData("""{"name":"x","nothing":"x"}""", "/nothing", "unknown_property")]
    public async Task A_refused_request_names_its_fault_and_creates_nothing(string body, string pointer, string code)
    {
        var count = await service.CountAsync("/entity-path");

        (await service.PostAsync("/entity-path", body)).MustRefuse((pointer, code));

        Assert.Equal(count, await service.CountAsync("/entity-path"));
    }
}

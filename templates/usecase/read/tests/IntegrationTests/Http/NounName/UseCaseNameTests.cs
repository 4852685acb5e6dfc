using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.NounName;

public sealed class UseCaseNameTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_answer_is_the_stored_resource()
    {
        var created = (await service.PostAsync("/collection-path", new { member_nouns = Array.Empty<string>() })).MustBe(201).Json;

        var answer = await service.GetAsync($"/collection-path/{created.Id()}/path-segment");

        answer.MustBe(200).Json.MustEqual(created);
    }

    [Fact]
    public async Task An_unknown_id_is_not_found()
    {
        var answer = await service.GetAsync($"/collection-path/{Bodies.UnknownId}/path-segment");

        Assert.Equal("entity_name_not_found", (string)answer.MustBe(404).Json["code"]!);
    }
}

using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.NounName;

public sealed class UseCaseNameTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const string NoId = "01900000-0000-7000-8000-000000000000";

    [Fact]
    public async Task The_changed_resource_is_answered()
    {
        var created = (await service.PostAsync("/collection-path", new { member_nouns = Array.Empty<string>() })).MustBe(201).Json;

        var answer = await service.PostAsync($"/collection-path/{created.Id()}/path-segment", new { member_nouns = Array.Empty<string>() });

        answer.MustBe(200).Json.MustEqual(created);
    }

    [Fact]
    public async Task Ids_of_nothing_are_pointed_at()
    {
        var created = (await service.PostAsync("/collection-path", new { member_nouns = Array.Empty<string>() })).MustBe(201).Json;

        var answer = await service.PostAsync($"/collection-path/{created.Id()}/path-segment", new { member_nouns = new[] { NoId } });

        answer.MustRefuse(("/member_nouns/0", "unknown_member_entity"));
    }

    [Fact]
    public async Task An_id_of_nothing_is_not_found()
    {
        var answer = await service.PostAsync($"/collection-path/{NoId}/path-segment", new { member_nouns = Array.Empty<string>() });

        Assert.Equal("entity_name_not_found", (string)answer.MustBe(404).Json["code"]!);
    }
}

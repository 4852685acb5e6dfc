using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.NounName;

public sealed class UseCaseNameTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_answer_is_the_changed_resource()
    {
        var created = (await service.PostAsync("/collection-path", new { member_nouns = Array.Empty<string>() })).MustBe(201).Json;

        var answer = await service.PostAsync(
            $"/collection-path/{created.Id()}/path-segment", new { member_nouns = Array.Empty<string>() });

        answer.MustBe(200).Json.MustEqual(created);
    }

    [Fact]
    public async Task An_unknown_member_is_refused()
    {
        var created = (await service.PostAsync("/collection-path", new { member_nouns = Array.Empty<string>() })).MustBe(201).Json;

        var answer = await service.PostAsync(
            $"/collection-path/{created.Id()}/path-segment", new { member_nouns = new[] { Bodies.UnknownId } });

        answer.MustRefuse(("/member_nouns/0", "unknown_member_entity"));
    }

    [Fact]
    public async Task An_unknown_id_is_not_found()
    {
        var answer = await service.PostAsync(
            $"/collection-path/{Bodies.UnknownId}/path-segment", new { member_nouns = Array.Empty<string>() });

        Assert.Equal("entity_name_not_found", (string)answer.MustBe(404).Json["code"]!);
    }
}

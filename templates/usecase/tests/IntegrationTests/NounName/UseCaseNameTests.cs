using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace CleanWorkspace.IntegrationTests.NounName;

public sealed class UseCaseNameTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_changed_resource_is_answered()
    {
        using var created = await service.Client.PostAsJsonAsync("/collection-path", new { member_nouns = Array.Empty<string>() });

        using var response = await service.Client.PostAsJsonAsync(
            $"{created.Headers.Location}/path-segment", new { member_nouns = Array.Empty<string>() });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(await created.Content.ReadAsStringAsync(), await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_member_that_does_not_exist_is_refused()
    {
        using var created = await service.Client.PostAsJsonAsync("/collection-path", new { member_nouns = Array.Empty<string>() });

        using var response = await service.Client.PostAsJsonAsync(
            $"{created.Headers.Location}/path-segment", new { member_nouns = new[] { $"{Guid.CreateVersion7()}" } });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("unknown_member_entity", await ReadCodeAsync(response));
    }

    [Fact]
    public async Task A_resource_that_does_not_exist_is_not_found()
    {
        using var response = await service.Client.PostAsJsonAsync(
            $"/collection-path/{Guid.CreateVersion7()}/path-segment", new { member_nouns = Array.Empty<string>() });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("entity_name_not_found", await ReadCodeAsync(response));
    }

    private static async Task<string?> ReadCodeAsync(HttpResponseMessage response)
    {
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        return problem.GetProperty("code").GetString();
    }
}

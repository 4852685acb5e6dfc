using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class ListWebhooksTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Webhooks_are_listed_oldest_first_in_pages()
    {
        var first = await CreateAsync("first");
        var second = await CreateAsync("second");

        var page = (await service.GetAsync("/webhook?page_size=1&fields=id,description")).MustBe(200).Json;
        var next = (await service.GetAsync(new Uri((string)page["links"]!["next"]!).PathAndQuery)).MustBe(200).Json;

        Assert.Equal([first], page["results"]!.AsArray().Select(webhook => webhook!.AsObject().Id()));
        Assert.Equal([second], next["results"]!.AsArray().Select(webhook => webhook!.AsObject().Id()));
        Assert.Equal(2, (int)page["count"]!);
    }

    [Fact]
    public async Task A_page_out_of_range_is_refused() =>
        (await service.GetAsync("/webhook?page=0&page_size=201")).MustRefuseParameters("page", "page_size");

    private async Task<string> CreateAsync(string description) => (await service.PostAsync(
        "/webhook", new { url = "https://hooks.example.org", description, state = "disabled" })).MustBe(201).Json.Id();
}

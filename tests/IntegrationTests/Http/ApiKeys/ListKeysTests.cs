using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.ApiKeys;

public sealed class ListKeysTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Keys_are_listed_oldest_first_in_pages()
    {
        var first = (await service.PostAsync("/auth/key", new { name = "first", role = "guest" })).MustBe(201).Json.Id();
        var second = (await service.PostAsync("/auth/key", new { name = "second", role = "guest" })).MustBe(201).Json.Id();
        var count = await service.CountAsync("/auth/key");

        var last = (await service.GetAsync($"/auth/key?page={count}&page_size=1")).MustBe(200).Json;
        var all = (await service.GetAsync("/auth/key")).MustBe(200).Json;

        Assert.Equal([second], last["results"]!.AsArray().Select(key => key!.AsObject().Id()));
        Assert.Contains($"/auth/key?page={count - 1}&page_size=1&cursor=", (string)last["links"]!["previous"]!, StringComparison.Ordinal);
        Assert.Equal([first, second], all["results"]!.AsArray().Select(key => key!.AsObject().Id()).TakeLast(2));
    }

    [Fact]
    public async Task A_page_out_of_range_is_refused() =>
        (await service.GetAsync("/auth/key?page=0&page_size=201")).MustRefuseParameters("page", "page_size");
}

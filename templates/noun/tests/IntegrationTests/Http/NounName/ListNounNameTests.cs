using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.NounName;

public sealed class ListNounNameTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Rows_are_listed_oldest_first_in_pages()
    {
        string[] ids = [await CreateAsync("first"), await CreateAsync("second"), await CreateAsync("third")];

        var page = await service.ReadListAsync("/entity-path?page_size=2");

        Assert.Equal(3, (int)page["count"]!);
        Assert.Equal(ids[..2], page.Ids());
        Assert.Equal(ids[2..], (await service.ReadListAsync(page.Next()!)).Ids());
    }

    [Fact]
    public async Task A_page_out_of_range_is_refused() =>
        (await service.GetAsync("/entity-path?page=0&page_size=201")).MustRefuseParameters("page", "page_size");

    private async Task<string> CreateAsync(string name) => (await service.PostAsync("/entity-path", new { name })).MustBe(201).Json.Id();
}

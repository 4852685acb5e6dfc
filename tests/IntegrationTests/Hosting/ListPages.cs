using System.Text.Json.Nodes;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>Reads lists by their links, as clients do.</summary>
internal static class ListPages
{
    public static string[] Ids(this JsonObject list) => [.. list["results"]!.AsArray().Select(row => (string)row!["id"]!)];

    public static string? Next(this JsonObject list) => (string?)list["links"]!["next"];

    public static string? Previous(this JsonObject list) => (string?)list["links"]!["previous"];

    public static async Task<JsonObject> ReadListAsync(this ServiceFixture service, string path) =>
        (await service.GetAsync(path)).MustBe(200).Json;

    /// <summary>Follows links and returns every page, in the order of reading.</summary>
    /// <param name="service">The service.</param>
    /// <param name="start">The address of the first page.</param>
    /// <param name="linkOf">Chooses the link to follow.</param>
    /// <param name="meanwhileAsync">Runs after each page.</param>
    public static async Task<List<JsonObject>> FollowAsync(
        this ServiceFixture service, string start, Func<JsonObject, string?> linkOf, Func<Task>? meanwhileAsync = null)
    {
        var pages = new List<JsonObject>();
        for (var link = start; link is not null; link = linkOf(pages[^1]))
        {
            Assert.True(pages.Count < 500, $"{start} has no end.");
            pages.Add(await service.ReadListAsync(link));
            await (meanwhileAsync?.Invoke() ?? Task.CompletedTask);
        }

        return pages;
    }

    /// <summary>Returns the ids of all pages. Fails unless the count of each page equals their number.</summary>
    public static async Task<string[]> ReadIdsAsync(this ServiceFixture service, string path, int pageSize = 200)
    {
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var pages = await service.FollowAsync($"{path}{separator}page_size={pageSize}", Next);
        string[] ids = [.. pages.SelectMany(Ids)];
        Assert.All(pages, page => Assert.Equal(
            (path, ids.Length, (ids.Length + pageSize - 1) / pageSize), (path, (int)page["count"]!, (int)page["total_pages"]!)));
        return ids;
    }

    /// <summary>Fails unless the answer is a 400 for this parameter alone, with this code. Returns the detail.</summary>
    public static async Task<string> MustRefuseAsync(this ServiceFixture service, string path, string parameter, string code)
    {
        var answer = (await service.GetAsync(path)).MustRefuseParameters(parameter);
        Assert.True(code == (string)answer.Json["code"]!, answer.ToString());
        return (string)answer.Json["errors"]![0]!["detail"]!;
    }
}

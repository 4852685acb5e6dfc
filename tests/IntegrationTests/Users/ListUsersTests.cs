using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanWorkspace.IntegrationTests.Users;

public sealed class ListUsersTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_workspace_without_users_has_an_empty_list() =>
        (await service.GetAsync("/user")).MustBe(200).Json.MustEqual(JsonNode.Parse(
            """
            {"links":{"next":null,"previous":null},"meta":{"page":1,"previous_page":null,"next_page":null},"count":0,"total_pages":0,"results":[]}
            """)!.AsObject());

    [Fact]
    public async Task Pages_name_their_neighbours_and_count_every_row()
    {
        var ids = await service.CreateUsersAsync(5);

        var first = (await service.GetAsync("/user?page_size=2")).MustBe(200).Json;
        var second = (await service.GetAsync("/user?page_size=2&page=2")).MustBe(200).Json;
        var third = (await service.GetAsync("/user?page=3&page_size=2")).MustBe(200).Json;

        WithoutCursors(first).MustEqual(Envelope($"{service.BaseAddress}/user?page_size=2&page=2", null, 1, null, 2));
        WithoutCursors(second).MustEqual(Envelope(
            $"{service.BaseAddress}/user?page_size=2&page=3", $"{service.BaseAddress}/user?page_size=2&page=1", 2, 1, 3));
        WithoutCursors(third).MustEqual(Envelope(null, $"{service.BaseAddress}/user?page=2&page_size=2", 3, 2, null));
        Assert.Equal(ids, new[] { first, second, third }.SelectMany(Results));
    }

    [Fact]
    public async Task Rows_are_the_users_as_they_are_read_alone_oldest_first()
    {
        var group = await service.CreateGroupAsync();
        var ada = await service.CreateUserAsync(new { first_name = "Ada", email = "ada@example.org", user_groups = new[] { group.Id() } });
        var grace = await service.CreateUserAsync(new { role = "admin" });

        var rows = (await service.GetAsync("/user")).MustBe(200).Json["results"]!.AsArray();

        Assert.Equal([ada.ToJsonString(), grace.ToJsonString()], rows.Select(row => row!.ToJsonString()));
    }

    [Fact]
    public async Task A_page_has_50_rows_unless_another_size_up_to_200_is_asked_for()
    {
        await service.SeedUsersAsync(201);

        var usual = (await service.GetAsync("/user")).MustBe(200).Json;
        var largest = (await service.GetAsync("/user?page_size=200")).MustBe(200).Json;
        var smallest = (await service.GetAsync("/user?page_size=1&page=201")).MustBe(200).Json;

        Assert.Equal((50, 201, 5), (Results(usual).Length, (int)usual["count"]!, (int)usual["total_pages"]!));
        Assert.Equal((200, 201, 2), (Results(largest).Length, (int)largest["count"]!, (int)largest["total_pages"]!));
        Assert.Equal((1, 201, 201), (Results(smallest).Length, (int)smallest["count"]!, (int)smallest["total_pages"]!));
        Assert.Equal(Results(largest), Results(largest).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.0")]
    [InlineData("1e1")]
    [InlineData("0x1")]
    [InlineData("")]
    [InlineData("%201")]
    [InlineData("one")]
    [InlineData("%D9%A1")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999999999")]
    [InlineData("%00")]
    public async Task Anything_but_a_whole_number_from_1_is_refused(string value)
    {
        (await service.GetAsync($"/user?page={value}")).MustRefuseParameters("page");
        (await service.GetAsync($"/user?page_size={value}")).MustRefuseParameters("page_size");
        (await service.GetAsync($"/user?page_size={value}&page={value}")).MustRefuseParameters("page", "page_size");
    }

    [Theory]
    [InlineData("page_size=201", "page_size")]
    [InlineData("page=1&page=2", "page")]
    [InlineData("page_size=1&page_size=1", "page_size")]
    public async Task A_number_out_of_range_or_given_twice_is_refused(string query, string parameter) =>
        (await service.GetAsync($"/user?{query}")).MustRefuseParameters(parameter);

    [Theory]
    [InlineData(4)]
    [InlineData(2147483647)]
    public async Task A_page_past_the_end_is_empty(int page)
    {
        await service.CreateUsersAsync(5);

        var list = (await service.GetAsync($"/user?page_size=2&page={page}")).MustBe(200).Json;

        Assert.Empty(Results(list));
        Assert.Equal((5, 3, page), ((int)list["count"]!, (int)list["total_pages"]!, (int)list["meta"]!["page"]!));
        Assert.Null(list["links"]!["next"]);
        Assert.Null(list["meta"]!["next_page"]);
    }

    [Fact]
    public async Task The_largest_page_size_reaches_the_largest_page_too()
    {
        await service.CreateUsersAsync(1);

        Assert.Empty(Results((await service.GetAsync("/user?page_size=200&page=2147483647")).MustBe(200).Json));
    }

    [Fact]
    public async Task Links_keep_every_other_query_parameter()
    {
        for (var i = 0; i < 3; i++)
        {
            await service.CreateUserAsync(new { first_name = "Ann", last_name = "Réd %&+d" });
        }

        var list = (await service.GetAsync("/user?PAGE=2&q=ann%20e%CC%81+%25%26%2Bd&page_size=1&fields=id")).MustBe(200).Json;

        foreach (var (link, page) in new[] { ("next", "3"), ("previous", "1") })
        {
            var query = QueryHelpers.ParseQuery(new Uri((string)list["links"]![link]!).Query);
            Assert.Equal(["cursor", "fields", "page", "page_size", "q"], query.Keys.Order(StringComparer.Ordinal));
            Assert.Contains("q=ann%20e%CC%81+%25%26%2Bd&page_size=1&fields=id", (string)list["links"]![link]!, StringComparison.Ordinal);
            Assert.Equal(page, query["page"]);
        }
    }

    [Theory]
    [InlineData("/user")]
    [InlineData("/user/")]
    [InlineData("/api/v1/user")]
    [InlineData("/api/v1/user/")]
    public async Task Links_keep_the_form_of_the_address(string path)
    {
        await service.CreateUsersAsync(2);

        var list = (await service.GetAsync($"{path}?page_size=1")).MustBe(200).Json;

        Assert.StartsWith($"{service.BaseAddress}{path}?page_size=1&page=2&cursor=", (string)list["links"]!["next"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_the_links_sees_every_row_once_while_others_are_added()
    {
        var ids = await service.CreateUsersAsync(5);

        var seen = await FollowAsync("/user?page_size=2", () => service.CreateUserAsync(), times: 3);

        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(ids, seen.Take(5));
    }

    [Fact]
    public async Task The_count_follows_creates_and_deletes()
    {
        var ids = await service.CreateUsersAsync(3);
        (await service.DeleteAsync($"/user/{ids[1]}")).MustBe(204);

        var list = (await service.GetAsync("/user")).MustBe(200).Json;

        Assert.Equal(2, (int)list["count"]!);
        Assert.Equal([ids[0], ids[2]], Results(list));
    }

    private static string[] Results(JsonObject list) => [.. list["results"]!.AsArray().Select(row => (string)row!["id"]!)];

    private static JsonObject WithoutCursors(JsonObject list)
    {
        var envelope = list.Without("results");
        foreach (var link in new[] { "next", "previous" })
        {
            envelope["links"]![link] = (string?)envelope["links"]![link] is { } address ? Regex.Replace(address, "&cursor=[A-Za-z0-9_-]{60}", "") : null;
        }

        return envelope;
    }

    private static JsonObject Envelope(string? next, string? previous, int page, int? previousPage, int? nextPage) => new()
    {
        ["links"] = new JsonObject { ["next"] = next, ["previous"] = previous },
        ["meta"] = new JsonObject { ["page"] = page, ["previous_page"] = previousPage, ["next_page"] = nextPage },
        ["count"] = 5,
        ["total_pages"] = 3,
    };

    /// <summary>The ids on all pages, with something happening after each of the first few.</summary>
    private async Task<List<string>> FollowAsync(string start, Func<Task> meanwhileAsync, int times)
    {
        var seen = new List<string>();
        for (var link = start; link is not null;)
        {
            var list = (await service.GetAsync(link)).MustBe(200).Json;
            seen.AddRange(Results(list));
            link = (string?)list["links"]!["next"];
            if (times-- > 0)
            {
                await meanwhileAsync();
            }
        }

        return seen;
    }
}

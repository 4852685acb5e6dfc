using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

public sealed class ListGroupsTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_workspace_without_groups_has_an_empty_list() =>
        (await service.GetAsync("/auth/group")).MustBe(200).Json.MustEqual(JsonNode.Parse(
            """
            {
              "links": {"next": null, "previous": null},
              "meta": {"page": 1, "previous_page": null, "next_page": null},
              "count": 0, "total_pages": 0, "results": []
            }
            """)!.AsObject());

    [Fact]
    public async Task Pages_link_to_their_neighbours_and_count_every_row()
    {
        var ids = await service.CreateGroupsAsync(5);

        var first = (await service.GetAsync("/auth/group?page_size=2")).MustBe(200).Json;
        var second = (await service.GetAsync("/auth/group?page_size=2&page=2")).MustBe(200).Json;
        var third = (await service.GetAsync("/auth/group?page=3&page_size=2")).MustBe(200).Json;

        WithoutCursors(first).MustEqual(Envelope($"{service.BaseAddress}/auth/group?page_size=2&page=2", null, 1, null, 2));
        WithoutCursors(second).MustEqual(Envelope(
            $"{service.BaseAddress}/auth/group?page_size=2&page=3", $"{service.BaseAddress}/auth/group?page_size=2&page=1", 2, 1, 3));
        WithoutCursors(third).MustEqual(Envelope(null, $"{service.BaseAddress}/auth/group?page=2&page_size=2", 3, 2, null));
        Assert.Equal(ids, new[] { first, second, third }.SelectMany(Results));
    }

    [Fact]
    public async Task Rows_equal_the_single_groups_oldest_first()
    {
        var user = await service.CreateUserAsync();
        var mathematicians = await service.CreateGroupAsync(new { name = "Mathematicians", icon = "abacus", users = new[] { user.Id() } });
        var physicists = await service.CreateGroupAsync(new { description = "Physicists" });

        var rows = (await service.GetAsync("/auth/group")).MustBe(200).Json["results"]!.AsArray();

        Assert.Equal([mathematicians.ToJsonString(), physicists.ToJsonString()], rows.Select(row => row!.ToJsonString()));
    }

    [Fact]
    public async Task A_page_has_50_rows_by_default_and_at_most_200()
    {
        await service.SeedGroupsAsync(201);

        var usual = (await service.GetAsync("/auth/group")).MustBe(200).Json;
        var largest = (await service.GetAsync("/auth/group?page_size=200")).MustBe(200).Json;
        var smallest = (await service.GetAsync("/auth/group?page_size=1&page=201")).MustBe(200).Json;

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
    public async Task A_page_that_is_not_a_whole_number_from_1_is_refused(string value)
    {
        (await service.GetAsync($"/auth/group?page={value}")).MustRefuseParameters("page");
        (await service.GetAsync($"/auth/group?page_size={value}")).MustRefuseParameters("page_size");
        (await service.GetAsync($"/auth/group?page_size={value}&page={value}")).MustRefuseParameters("page", "page_size");
    }

    [Theory]
    [InlineData("page_size=201", "page_size")]
    [InlineData("page=1&page=2", "page")]
    [InlineData("page_size=1&page_size=1", "page_size")]
    public async Task A_number_that_is_out_of_range_or_given_twice_is_refused(string query, string parameter) =>
        (await service.GetAsync($"/auth/group?{query}")).MustRefuseParameters(parameter);

    [Theory]
    [InlineData(4)]
    [InlineData(2147483647)]
    public async Task A_page_past_the_end_is_empty(int page)
    {
        await service.CreateGroupsAsync(5);

        var list = (await service.GetAsync($"/auth/group?page_size=2&page={page}")).MustBe(200).Json;

        Assert.Empty(Results(list));
        Assert.Equal((5, 3, page), ((int)list["count"]!, (int)list["total_pages"]!, (int)list["meta"]!["page"]!));
        Assert.Null(list["links"]!["next"]);
        Assert.Null(list["meta"]!["next_page"]);
    }

    [Fact]
    public async Task The_largest_page_size_works_with_the_largest_page()
    {
        await service.CreateGroupsAsync(1);

        Assert.Empty(Results((await service.GetAsync("/auth/group?page_size=200&page=2147483647")).MustBe(200).Json));
    }

    [Fact]
    public async Task Links_keep_every_other_query_parameter()
    {
        for (var i = 0; i < 3; i++)
        {
            await service.CreateGroupAsync(new { name = "Ann Éd %&+d" });
        }

        var list = (await service.GetAsync("/auth/group?PAGE=2&q=ann%20e%CC%81+%25%26%2Bd&page_size=1&fields=id")).MustBe(200).Json;

        foreach (var (link, page) in new[] { ("next", "3"), ("previous", "1") })
        {
            var query = QueryHelpers.ParseQuery(new Uri((string)list["links"]![link]!).Query);
            Assert.Equal(["cursor", "fields", "page", "page_size", "q"], query.Keys.Order(StringComparer.Ordinal));
            Assert.Contains("q=ann%20e%CC%81+%25%26%2Bd&page_size=1&fields=id", (string)list["links"]![link]!, StringComparison.Ordinal);
            Assert.Equal(page, query["page"]);
        }
    }

    [Fact]
    public async Task Links_escape_characters_that_end_an_address_in_a_header()
    {
        await service.CreateGroupsAsync(2);
        var address = new Uri(
            $"{service.BaseAddress}/auth/group?page_size=1&q=abc%20a<d>a\"",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        await service.ExecuteAsync("UPDATE user_groups SET name = 'a<d>a\" abc'");

        var answer = (await service.SendAsync(new HttpRequestMessage(HttpMethod.Get, address))).MustBe(200);

        Assert.Contains("&q=abc%20a%3Cd%3Ea\"&", answer.Json.Next(), StringComparison.Ordinal);
        Assert.Equal($"<{answer.Json.Next()}>; rel=\"next\"", answer.Headers.GetValues("Link").Single());
    }

    [Theory]
    [InlineData("/auth/group")]
    [InlineData("/auth/group/")]
    [InlineData("/api/v1/auth/group")]
    [InlineData("/api/v1/auth/group/")]
    public async Task Links_keep_the_form_of_the_address(string path)
    {
        await service.CreateGroupsAsync(2);

        var list = (await service.GetAsync($"{path}?page_size=1")).MustBe(200).Json;

        Assert.StartsWith($"{service.BaseAddress}{path}?page_size=1&page=2&cursor=", list.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_lead_to_every_row_once_while_rows_are_added()
    {
        var ids = await service.CreateGroupsAsync(5);

        var seen = await FollowAsync("/auth/group?page_size=2", () => service.CreateGroupAsync(), times: 3);

        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(ids, seen.Take(5));
    }

    [Fact]
    public async Task The_count_follows_creates_and_deletes()
    {
        var ids = await service.CreateGroupsAsync(3);
        (await service.DeleteAsync($"/auth/group/{ids[1]}")).MustBe(204);

        var list = (await service.GetAsync("/auth/group")).MustBe(200).Json;

        Assert.Equal(2, (int)list["count"]!);
        Assert.Equal([ids[0], ids[2]], Results(list));
    }

    [Fact]
    public async Task Filters_work_alone_and_together_and_the_count_agrees()
    {
        var member = (await service.SeedDirectoryAsync(40))[1];
        var all = await service.ReadListAsync("/auth/group?page_size=200");
        var groups = all["results"]!.AsArray().Select(group => group!.AsObject()).ToArray();
        var times = (Early: Time(groups[9]), Late: Time(groups[29]));
        (string Parameter, Func<JsonObject, bool> Fits)[] filters =
        [
            ("name=%C3%81nalystS", group => ((string?)group["name"])?.EndsWith("nalysts", StringComparison.OrdinalIgnoreCase) == true),
            ($"user={member.ToUpperInvariant()}", group => group.Ids("users").Contains(member)),
            ("q=rite", group => (string?)group["name"] == "Writers"),
            ($"created_after={times.Early}", group => string.CompareOrdinal(group.Id(), groups[9].Id()) >= 0),
            ($"created_before={times.Late}", group => string.CompareOrdinal(group.Id(), groups[29].Id()) < 0),
        ];

        for (var choice = 0; choice < 1 << filters.Length; choice++)
        {
            var chosen = filters.Where((_, index) => (choice >> index & 1) == 1).ToArray();
            var query = string.Join('&', chosen.Select(filter => filter.Parameter));
            bool Has(params string[] names) =>
                names.Any(name => chosen.Any(filter => filter.Parameter.StartsWith($"{name}=", StringComparison.Ordinal)));
            foreach (var sort in new[] { "created_at", "-name" })
            {
                if (Has("created_after", "created_before") && sort == "-name" && !Has("q", "name"))
                {
                    await service.MustRefuseAsync($"/auth/group?{query}&sort={sort}", "sort", "unserved_combination");
                    continue;
                }

                var expected = groups.Where(group => chosen.All(filter => filter.Fits(group)));
                if (sort == "-name")
                {
                    expected = expected
                        .OrderByDescending(
                            group => ((string?)group["name"] ?? "").ToLowerInvariant().Replace('ä', 'a'), StringComparer.Ordinal)
                        .ThenByDescending(group => group.Id(), StringComparer.Ordinal);
                }

                var ids = await service.ReadIdsAsync($"/auth/group?{query}&sort={sort}", pageSize: 7);
                Assert.Equal(expected.Select(group => group.Id()), ids);
            }
        }
    }

    [Fact]
    public async Task A_time_range_includes_its_start_and_excludes_its_end()
    {
        var groups = await Task.WhenAll((await service.CreateGroupsAsync(3)).Select(service.ReadGroupAsync));
        var time = (string)groups[1]["created_at"]!;

        Assert.Equal([groups[1].Id(), groups[2].Id()], await service.ReadIdsAsync($"/auth/group?created_after={time}"));
        Assert.Equal([groups[0].Id()], await service.ReadIdsAsync($"/auth/group?created_before={time}"));
        Assert.Equal([groups[2].Id()], await service.ReadIdsAsync($"/auth/group?created_after={time[..^1]}1Z"));
        Assert.Equal([groups[1].Id()], await service.ReadIdsAsync($"/auth/group?created_after={time}&created_before={time[..^1]}1Z"));
        Assert.Empty(await service.ReadIdsAsync($"/auth/group?created_after={time}&created_before={time}"));
    }

    [Fact]
    public async Task Rows_are_sorted_by_folded_text_with_missing_values_first_and_ties_by_id()
    {
        string?[] texts = ["b", null, "Ä", "a", "É", "e", "Zebra", "ß", "st", "ο\u0301", "я", "B", "_", null, "a b", "ab", "~"];
        foreach (var text in texts)
        {
            await service.CreateGroupAsync(text is null ? new { icon = "x" } : Bodies.With("name", text));
        }

        var groups = (await service.ReadListAsync("/auth/group"))["results"]!.AsArray().Select(group => group!.AsObject()).ToArray();
        var folded = new Dictionary<string, string>();
        foreach (var group in groups)
        {
            folded[group.Id()] = (string)(await service.ExecuteAsync($"SELECT fold_text('{(string?)group["name"]}')"))!;
        }

        string[] expected =
        [
            .. groups.Select(group => group.Id())
                .OrderBy(id => folded[id], StringComparer.Ordinal)
                .ThenBy(id => id, StringComparer.Ordinal),
        ];

        Assert.Equal(expected, await service.ReadIdsAsync("/auth/group?sort=name", pageSize: 3));
        Assert.Equal(expected.Reverse(), await service.ReadIdsAsync("/auth/group?sort=-name", pageSize: 3));
    }

    [Fact]
    public async Task The_filter_name_matches_the_whole_name_in_any_case_and_without_accents()
    {
        await service.CreateGroupAsync(new { icon = "x" });
        var café = (await service.CreateGroupAsync(new { name = "Café  Straße" })).Id();
        await service.CreateGroupAsync(new { name = "Café Straße 2" });

        Assert.Equal([café], await service.ReadIdsAsync("/auth/group?name=%20CAFE%20%20STRASSE"));
        Assert.Equal([café], await service.ReadIdsAsync($"/auth/group?name={Uri.EscapeDataString("cafe\u0301  straße")}"));
        Assert.Empty(await service.ReadIdsAsync("/auth/group?name=cafe"));
        Assert.Empty(await service.ReadIdsAsync("/auth/group?name=%25"));
        // Folding removes this name, which is only an accent. The filter then matches neither a name nor a missing name.
        Assert.Empty(await service.ReadIdsAsync("/auth/group?name=%CC%81"));
    }

    [Theory]
    [InlineData("sort=email", "sort", "unknown_sort")]
    [InlineData("sort=", "sort", "unknown_sort")]
    [InlineData("sort=-", "sort", "unknown_sort")]
    [InlineData("sort=--name", "sort", "unknown_sort")]
    [InlineData("sort=Name", "sort", "unknown_sort")]
    [InlineData("sort=name&sort=name", "sort", "unknown_sort")]
    [InlineData("id=", "id", "invalid_id")]
    [InlineData("id=x,y", "id", "invalid_id")]
    [InlineData("email=x", "email", "unknown_parameter")]
    [InlineData("user_group=x", "user_group", "unknown_parameter")]
    [InlineData("user_id=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "user_id", "unknown_parameter")]
    [InlineData("=x", "", "unknown_parameter")]
    [InlineData("name=", "name", "invalid_text")]
    [InlineData("name=%00", "name", "invalid_text")]
    [InlineData("name=a&name=a", "name", "invalid_text")]
    [InlineData("user=x", "user", "invalid_id")]
    [InlineData("created_after=2026-11-23", "created_after", "invalid_time")]
    [InlineData("created_before=", "created_before", "invalid_time")]
    public async Task A_refused_parameter_names_the_allowed_values(string query, string parameter, string code)
    {
        var detail = await service.MustRefuseAsync($"/auth/group?{query}", parameter, code);

        Assert.All(
            code switch
            {
                "unknown_sort" => ["created_at, name"],
                "unknown_parameter" =>
                [
                    "`created_after`, `created_before`, `cursor`, `fields`, `id`, `name`, "
                    + "`page`, `page_size`, `q`, `sort`, `user`.",
                ],
                _ => Array.Empty<string>(),
            },
            help => Assert.Contains(help, detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_groups_are_found_by_their_ids_in_one_request()
    {
        var ids = await service.CreateGroupsAsync(100);

        Assert.Equal(ids, await service.ReadIdsAsync($"/auth/group?id={string.Join(',', ids.Reverse())}", pageSize: 7));
        Assert.Equal([ids[1], ids[3]], await service.ReadIdsAsync($"/auth/group?id={ids[3]}&id={ids[1]},{Bodies.UnknownId}"));
        Assert.Equal([ids[5]], await service.ReadIdsAsync($"/auth/group?id={ids[5]}"));
    }

    [Fact]
    public async Task A_filter_name_that_no_group_can_have_is_refused()
    {
        Assert.Empty(await service.ReadIdsAsync($"/auth/group?name={new string('a', 200)}"));
        await service.MustRefuseAsync($"/auth/group?name={new string('a', 201)}", "name", "too_long");
    }

    [Fact]
    public async Task Every_faulty_parameter_is_named_at_once() =>
        (await service.GetAsync(
            "/auth/group?page=x&page_size=x&cursor=x&q=%00&name=%00&user=x&created_after=x&created_before=x&sort=x&fields=x&x=x"))
            .MustRefuseParameters(
                "page", "page_size", "cursor", "q", "name", "user", "created_after", "created_before", "sort", "fields", "x");

    [Fact]
    public async Task A_filter_without_a_match_gives_an_empty_list()
    {
        await service.CreateGroupsAsync(2);

        Assert.Empty(await service.ReadIdsAsync($"/auth/group?user={Bodies.UnknownId}"));
        Assert.Empty(await service.ReadIdsAsync("/auth/group?name=nothing"));
        Assert.Empty(await service.ReadIdsAsync("/auth/group?created_before=0001-01-01T00:00:00Z"));
        Assert.Empty(await service.ReadIdsAsync("/auth/group?created_after=9999-12-31T23:59:59Z"));
    }

    private static string Time(JsonObject group) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(group.Id().Replace("-", "", StringComparison.Ordinal)[..12], 16))
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);

    private static string[] Results(JsonObject list) => [.. list["results"]!.AsArray().Select(row => (string)row!["id"]!)];

    private static JsonObject WithoutCursors(JsonObject list)
    {
        var envelope = list.Without("results");
        foreach (var link in new[] { "next", "previous" })
        {
            var address = (string?)envelope["links"]![link];
            envelope["links"]![link] = address is null ? null : Regex.Replace(address, "&cursor=[A-Za-z0-9_-]{60}", "");
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

    /// <summary>Returns the ids of all pages. The other task runs after each of the first pages.</summary>
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

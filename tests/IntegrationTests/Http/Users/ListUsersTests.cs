using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class ListUsersTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_workspace_without_users_has_an_empty_list() =>
        (await service.GetAsync("/user")).MustBe(200).Json.MustEqual(JsonNode.Parse(
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
    public async Task Rows_equal_the_single_users_oldest_first()
    {
        var group = await service.CreateGroupAsync();
        var ada = await service.CreateUserAsync(new { first_name = "Ada", email = "ada@example.org", user_groups = new[] { group.Id() } });
        var grace = await service.CreateUserAsync(new { role = "admin" });

        var rows = (await service.GetAsync("/user")).MustBe(200).Json["results"]!.AsArray();

        Assert.Equal([ada.ToJsonString(), grace.ToJsonString()], rows.Select(row => row!.ToJsonString()));
    }

    [Fact]
    public async Task A_page_has_50_rows_by_default_and_at_most_200()
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
    public async Task A_page_that_is_not_a_whole_number_from_1_is_refused(string value)
    {
        (await service.GetAsync($"/user?page={value}")).MustRefuseParameters("page");
        (await service.GetAsync($"/user?page_size={value}")).MustRefuseParameters("page_size");
        (await service.GetAsync($"/user?page_size={value}&page={value}")).MustRefuseParameters("page", "page_size");
    }

    [Theory]
    [InlineData("page_size=201", "page_size")]
    [InlineData("page=1&page=2", "page")]
    [InlineData("page_size=1&page_size=1", "page_size")]
    public async Task A_number_that_is_out_of_range_or_given_twice_is_refused(string query, string parameter) =>
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
    public async Task The_largest_page_size_works_with_the_largest_page()
    {
        await service.CreateUsersAsync(1);

        Assert.Empty(Results((await service.GetAsync("/user?page_size=200&page=2147483647")).MustBe(200).Json));
    }

    [Fact]
    public async Task Links_keep_every_other_query_parameter()
    {
        for (var i = 0; i < 3; i++)
        {
            await service.CreateUserAsync(new { first_name = "Ann", last_name = "Éd %&+d" });
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

    [Fact]
    public async Task Links_escape_characters_that_end_an_address_in_a_header()
    {
        await service.CreateUsersAsync(2);
        var address = new Uri(
            $"{service.BaseAddress}/user?page_size=1&q=abc%20a<d>a\"",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        await service.ExecuteAsync("UPDATE users SET last_name = 'a<d>a\" abc'");

        var answer = (await service.SendAsync(new HttpRequestMessage(HttpMethod.Get, address))).MustBe(200);

        Assert.Contains("&q=abc%20a%3Cd%3Ea\"&", answer.Json.Next(), StringComparison.Ordinal);
        Assert.Equal($"<{answer.Json.Next()}>; rel=\"next\"", answer.Headers.GetValues("Link").Single());
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

        Assert.StartsWith($"{service.BaseAddress}{path}?page_size=1&page=2&cursor=", list.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_lead_to_every_row_once_while_rows_are_added()
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

    [Fact]
    public async Task Filters_work_alone_and_together_and_the_count_agrees()
    {
        var group = (await service.SeedDirectoryAsync(40))[0];
        var all = await service.ReadListAsync("/user?page_size=200");
        var users = all["results"]!.AsArray().Select(user => user!.AsObject()).ToArray();
        var times = (Early: Time(users[9]), Late: Time(users[29]));
        (string Parameter, Func<JsonObject, bool> Fits)[] filters =
        [
            (
                "email=ANN21%40EXAMPLE.ORG",
                user => ((string?)user["email"])?.Equals("ann21@example.org", StringComparison.OrdinalIgnoreCase) == true),
            ("role=Editor", user => (string)user["role"]! == "editor"),
            ($"user_group={group.ToUpperInvariant()}", user => user.Ids("user_groups").Contains(group)),
            ("q=byron", user => ((string?)user["last_name"])?.StartsWith("Byr", StringComparison.Ordinal) == true),
            ($"created_after={times.Early}", user => string.CompareOrdinal(user.Id(), users[9].Id()) >= 0),
            ($"created_before={times.Late}", user => string.CompareOrdinal(user.Id(), users[29].Id()) < 0),
        ];

        for (var choice = 0; choice < 1 << filters.Length; choice++)
        {
            var chosen = filters.Where((_, index) => (choice >> index & 1) == 1).ToArray();
            var query = string.Join('&', chosen.Select(filter => filter.Parameter));
            bool Has(params string[] names) =>
                names.Any(name => chosen.Any(filter => filter.Parameter.StartsWith($"{name}=", StringComparison.Ordinal)));
            foreach (var sort in new[] { "created_at", "-email" })
            {
                string[] unserved =
                [
                    .. Has("role") && Has("user_group") && !Has("q", "email") ? ["role"] : Array.Empty<string>(),
                    .. Has("created_after", "created_before") && sort == "-email" && !Has("q", "email") ? ["sort"] : Array.Empty<string>(),
                ];
                if (unserved.Length > 0)
                {
                    var refused = (await service.GetAsync($"/user?{query}&sort={sort}")).MustRefuseParameters(unserved);
                    Assert.Equal("unserved_combination", (string)refused.Json["code"]!);
                    continue;
                }

                var expected = users.Where(user => chosen.All(filter => filter.Fits(user)));
                if (sort == "-email")
                {
                    expected = expected.OrderByDescending(user => ((string?)user["email"] ?? "").ToLowerInvariant(), StringComparer.Ordinal)
                        .ThenByDescending(user => user.Id(), StringComparer.Ordinal);
                }

                Assert.Equal(expected.Select(user => user.Id()), await service.ReadIdsAsync($"/user?{query}&sort={sort}", pageSize: 7));
            }
        }
    }

    [Fact]
    public async Task A_time_range_includes_its_start_and_excludes_its_end()
    {
        var users = await Task.WhenAll((await service.CreateUsersAsync(3)).Select(service.ReadUserAsync));
        var time = (string)users[1]["created_at"]!;

        Assert.Equal([users[1].Id(), users[2].Id()], await service.ReadIdsAsync($"/user?created_after={time}"));
        Assert.Equal([users[0].Id()], await service.ReadIdsAsync($"/user?created_before={time}"));
        Assert.Equal([users[2].Id()], await service.ReadIdsAsync($"/user?created_after={time[..^1]}1Z"));
        Assert.Equal([users[1].Id()], await service.ReadIdsAsync($"/user?created_after={time}&created_before={time[..^1]}1Z"));
        Assert.Empty(await service.ReadIdsAsync($"/user?created_after={time}&created_before={time}"));
    }

    [Theory]
    [InlineData("email")]
    [InlineData("first_name")]
    [InlineData("last_name")]
    public async Task Rows_are_sorted_by_folded_text_with_missing_values_first_and_ties_by_id(string key)
    {
        string?[] texts = ["b", null, "Ä", "a", "É", "e", "Zebra", "ß", "st", "ό", "я", "B", "_", null, "a b", "ab", "~"];
        foreach (var (text, number) in texts.Select((text, number) => (text, number)))
        {
            var value = key == "email" ? $"{text?.Replace(' ', '-')}{number % 3}@x" : text;
            await service.CreateUserAsync(text is null ? new { role = "guest" } : Bodies.With(key, value));
        }

        var users = (await service.ReadListAsync("/user"))["results"]!.AsArray().Select(user => user!.AsObject()).ToArray();
        var folded = new Dictionary<string, string>();
        foreach (var user in users)
        {
            var text = ((string?)user[key] ?? "").Replace("'", "''", StringComparison.Ordinal);
            folded[user.Id()] = key == "email"
                ? text.ToLowerInvariant()
                : (string)(await service.ExecuteAsync($"SELECT fold_text('{text}')"))!;
        }

        string[] expected =
        [
            .. users.Select(user => user.Id())
                .OrderBy(id => folded[id], StringComparer.Ordinal)
                .ThenBy(id => id, StringComparer.Ordinal),
        ];

        Assert.Equal(expected, await service.ReadIdsAsync($"/user?sort={key}", pageSize: 3));
        Assert.Equal(expected.Reverse(), await service.ReadIdsAsync($"/user?sort=-{key}", pageSize: 3));
    }

    [Theory]
    [InlineData("sort=name", "sort", "unknown_sort")]
    [InlineData("sort=", "sort", "unknown_sort")]
    [InlineData("sort=-", "sort", "unknown_sort")]
    [InlineData("sort=--email", "sort", "unknown_sort")]
    [InlineData("sort=Email", "sort", "unknown_sort")]
    [InlineData("sort=email,first_name", "sort", "unknown_sort")]
    [InlineData("sort=0", "sort", "unknown_sort")]
    [InlineData("sort=email&sort=email", "sort", "unknown_sort")]
    [InlineData("name=x", "name", "unknown_parameter")]
    [InlineData("user=x", "user", "unknown_parameter")]
    [InlineData("id=", "id", "invalid_id")]
    [InlineData("id=me", "id", "invalid_id")]
    [InlineData("id=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071,", "id", "invalid_id")]
    [InlineData("id=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071&id=x", "id", "invalid_id")]
    [InlineData("group_id=019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "group_id", "unknown_parameter")]
    [InlineData("request.page=1", "request.page", "unknown_parameter")]
    [InlineData("sort%5B%5D=email", "sort[]", "unknown_parameter")]
    [InlineData("=x", "", "unknown_parameter")]
    [InlineData("role=owner", "role", "invalid_role")]
    [InlineData("role=0", "role", "invalid_role")]
    [InlineData("role=", "role", "invalid_role")]
    [InlineData("email=", "email", "invalid_text")]
    [InlineData("email=x", "email", "invalid_email")]
    [InlineData("email=%00@x", "email", "invalid_text")]
    [InlineData("email=a@x,", "email", "invalid_text")]
    [InlineData("email=a@x&email=", "email", "invalid_text")]
    [InlineData("email=a@x,b&role=guest", "email", "invalid_email")]
    [InlineData("user_group=x", "user_group", "invalid_id")]
    [InlineData("user_group=", "user_group", "invalid_id")]
    [InlineData("created_after=2026-11-23", "created_after", "invalid_time")]
    [InlineData("created_before=", "created_before", "invalid_time")]
    public async Task A_refused_parameter_names_the_allowed_values(string query, string parameter, string code)
    {
        var detail = await service.MustRefuseAsync($"/user?{query}", parameter, code);

        Assert.All(
            code switch
            {
                "unknown_sort" => ["created_at, email, first_name, last_name"],
                "unknown_parameter" =>
                [
                    "`created_after`, `created_before`, `cursor`, `email`, `fields`, "
                    + "`id`, `page`, `page_size`, `q`, `role`, `sort`, `user_group`.",
                ],
                _ => Array.Empty<string>(),
            },
            help => Assert.Contains(help, detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_faulty_parameter_is_named_at_once() =>
        (await service.GetAsync(
            "/user?page=x&page_size=x&cursor=x&q=%00&email=%00&id=x&role=x&user_group=x&created_after=x&created_before=x"
            + "&sort=x&fields=x&x=x"))
            .MustRefuseParameters(
                "page", "page_size", "cursor", "q", "email", "id", "role", "user_group",
                "created_after", "created_before", "sort", "fields", "x");

    [Fact]
    public async Task Many_users_are_found_by_their_emails_or_ids_in_one_request()
    {
        var users = new List<JsonObject>();
        for (var i = 0; i < 100; i++)
        {
            users.Add(await service.CreateUserAsync(new { email = $"Many{i}@example.org" }));
        }

        string[] ids = [.. users.Select(user => user.Id())];
        string[] emails = [.. users.Select(user => ((string)user["email"]!).ToLowerInvariant())];

        Assert.Equal(ids, await service.ReadIdsAsync($"/user?id={string.Join(',', ids)}", pageSize: 7));
        Assert.Equal(ids, await service.ReadIdsAsync($"/user?id={string.Join("&id=", ids.Reverse())}"));
        Assert.Equal(ids, await service.ReadIdsAsync($"/user?email={string.Join(',', emails)}", pageSize: 30));
        Assert.Equal(ids, await service.ReadIdsAsync($"/user?email={string.Join("&email=", emails)}"));
        Assert.Equal(
            [ids[1], ids[3]],
            await service.ReadIdsAsync($"/user?id={ids[3]},{Bodies.UnknownId},{ids[1]}&id={ids[1].ToUpperInvariant()}"));
        Assert.Equal([ids[5]], await service.ReadIdsAsync($"/user?id={ids[5]}"));
        Assert.Equal([ids[2]], await service.ReadIdsAsync($"/user?id={ids[2]},{ids[4]}&email={emails[2]},nobody@example.org"));
        Assert.Equal(
            [ids[4], ids[2]],
            await service.ReadIdsAsync($"/user?id={ids[2]},{ids[4]}&sort=-email&created_after=2026-01-01T00:00:00Z"));
        Assert.Empty(await service.ReadIdsAsync($"/user?id={Bodies.UnknownId}"));
    }

    [Fact]
    public async Task More_than_100_emails_or_ids_are_refused()
    {
        var ids = string.Join(',', Enumerable.Repeat(Bodies.UnknownId, 101));
        var emails = string.Join("&email=", Enumerable.Repeat("a@x", 101));

        foreach (var path in new[] { $"/user?id={ids}", $"/auth/group?id={ids}", $"/user?email={emails}" })
        {
            var parameter = path.Split('?')[1].Split('=')[0];
            Assert.Contains("at most 100", await service.MustRefuseAsync(path, parameter, "too_many"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_filter_without_a_match_gives_an_empty_list()
    {
        await service.CreateUsersAsync(2);

        Assert.Empty(await service.ReadIdsAsync($"/user?user_group={Bodies.UnknownId}"));
        Assert.Empty(await service.ReadIdsAsync("/user?email=nobody@example.org"));
        Assert.Empty(await service.ReadIdsAsync("/user?role=guest"));
        Assert.Empty(await service.ReadIdsAsync("/user?created_before=0001-01-01T00:00:00Z"));
        Assert.Empty(await service.ReadIdsAsync("/user?created_after=9999-12-31T23:59:59Z"));
    }

    private static string Time(JsonObject user) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(user.Id().Replace("-", "", StringComparison.Ordinal)[..12], 16))
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

    [Fact]
    public async Task The_answer_to_an_address_with_a_blank_says_how_to_write_a_plus()
    {
        const string Hint = "In a URL, write + as %2B.";
        await service.CreateUserAsync(new { email = "ada+hr@example.org" });

        foreach (var list in new[] { "/user", $"/auth/group/{(await service.CreateGroupAsync()).Id()}/users" })
        {
            var refused = (await service.GetAsync($"{list}?email=ada+hr@example.org")).MustRefuseParameters("email");
            Assert.Equal("invalid_email", (string)refused.Json["code"]!);
            Assert.EndsWith(Hint, (string)refused.Json["detail"]!, StringComparison.Ordinal);
            var other = (await service.GetAsync($"{list}?email=ada")).MustRefuseParameters("email");
            Assert.DoesNotContain(Hint, (string)other.Json["detail"]!, StringComparison.Ordinal);
        }

        Assert.Equal(1, (int)(await service.GetAsync("/user?email=ada%2Bhr@example.org")).MustBe(200).Json["count"]!);
    }

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

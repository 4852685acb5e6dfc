using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>Search of users by last name and of groups by name.</summary>
public sealed class SearchTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private static readonly string[] Names =
    [
        "Åström", "Jose Maria", "José María", "Straße 100%", "Strasse", "Οδυσσεύς", "ΟΔΥΣΣΕΑΣ", "Жуков", "ЁЖИК Жуков",
        "under_score", "underXscore", @"back\slash", "O'Brien \"Bob\"", "北京大学", "Łódź", "percent 100", "a%b%c", "12345",
    ];

    private static readonly (string List, string Property)[] Lists = [("/user", "last_name"), ("/auth/group", "name")];

    public async Task InitializeAsync()
    {
        await service.ClearAsync();
        var names = string.Join(", ", Names.Select(name => $"'{name.Replace("'", "''", StringComparison.Ordinal)}'"));
        await service.ExecuteAsync(
            $"""
            INSERT INTO users (id, last_name, role)
            SELECT {SeededDirectory.NewId("i")}, (ARRAY[{names}])[i], 'viewer' FROM generate_series(1, {Names.Length}) AS i;
            INSERT INTO user_groups (id, name)
            SELECT {SeededDirectory.NewId("i")}, (ARRAY[{names}])[i] FROM generate_series(1, {Names.Length}) AS i;
            """);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("astrom", "Åström")]
    [InlineData("STRÖ", "Åström")]
    [InlineData("strO\u0308M", "Åström")]
    [InlineData("jose maria", "Jose Maria|José María")]
    [InlineData("MARÍ josé", "Jose Maria|José María")]
    [InlineData("ose", "Jose Maria|José María")]
    [InlineData("jose m", "Jose Maria|José María")]
    [InlineData("j MA", "Jose Maria|José María")]
    [InlineData("jose a", "")]
    [InlineData("å", "Åström|a%b%c")]
    [InlineData("st", "Straße 100%|Strasse")]
    [InlineData("ST", "Straße 100%|Strasse")]
    [InlineData("sc", "under_score")]
    [InlineData("Ж", "Жуков|ЁЖИК Жуков")]
    [InlineData("ο", "Οδυσσεύς|ΟΔΥΣΣΕΑΣ")]
    [InlineData("北京", "北京大学")]
    [InlineData("京", "")]
    [InlineData("Ł", "Łódź")]
    [InlineData("lo", "Łódź")]
    [InlineData("o'b", "O'Brien \"Bob\"")]
    [InlineData("\"b", "O'Brien \"Bob\"")]
    [InlineData("a%b", "a%b%c")]
    [InlineData("a%c", "")]
    [InlineData("a.b", "")]
    [InlineData("a_b", "")]
    [InlineData(@"k\s", "")]
    [InlineData("12", "12345")]
    [InlineData("1", "Straße 100%|percent 100|12345")]
    [InlineData("23", "")]
    [InlineData("% 1", "Straße 100%")]
    [InlineData("jose x", "")]
    [InlineData("josemaria", "")]
    [InlineData("strasse", "Straße 100%|Strasse")]
    [InlineData("TRAßE", "Straße 100%|Strasse")]
    [InlineData("raẞe", "Straße 100%|Strasse")]
    [InlineData("οδυσσευς", "Οδυσσεύς")]
    [InlineData("ΔΥΣΣ", "Οδυσσεύς|ΟΔΥΣΣΕΑΣ")]
    [InlineData("δυς", "Οδυσσεύς|ΟΔΥΣΣΕΑΣ")]
    [InlineData("υσς", "Οδυσσεύς|ΟΔΥΣΣΕΑΣ")]
    [InlineData("ЖУК", "Жуков|ЁЖИК Жуков")]
    [InlineData("ежик жуков", "ЁЖИК Жуков")]
    [InlineData("ёжик", "ЁЖИК Жуков")]
    [InlineData("under_", "under_score")]
    [InlineData("_score", "under_score")]
    [InlineData("100%", "Straße 100%")]
    [InlineData("100", "Straße 100%|percent 100")]
    [InlineData(@"back\", @"back\slash")]
    [InlineData(@"back\\", "")]
    [InlineData("o'brien", "O'Brien \"Bob\"")]
    [InlineData("\"bob\" '", "O'Brien \"Bob\"")]
    [InlineData("'; DROP TABLE users; --", "")]
    [InlineData("北京大", "北京大学")]
    [InlineData("lodz", "Łódź")]
    [InlineData("234", "12345")]
    [InlineData(" \u00a0 under\u3000score ", "under_score|underXscore")]
    [InlineData("a%b percent", "")]
    [InlineData("strasse % 100", "Straße 100%")]
    [InlineData("str str str str str str str str str str", "Åström|Straße 100%|Strasse")]
    public async Task Each_word_is_found_anywhere_in_a_text_in_any_case_and_without_accents(string q, string found)
    {
        foreach (var (list, property) in Lists)
        {
            var answer = await service.ReadListAsync($"{list}?q={Uri.EscapeDataString(q)}");

            Assert.Equal(
                found.Split('|', StringSplitOptions.RemoveEmptyEntries),
                answer["results"]!.AsArray().Select(row => (string)row![property]!));
            Assert.Equal(answer["results"]!.AsArray().Count, (int)answer["count"]!);
        }
    }

    [Fact]
    public async Task A_word_is_found_in_each_name_and_the_email_but_not_across_two_of_them()
    {
        var ada = await service.CreateUserAsync(new { first_name = "Ada", last_name = "Lovelace", email = "Countess@Example.org" });

        foreach (var q in new[] { "ADA", "love ada", "countess", "ess@exa", "ada lace tess .org", "ad", "co", "l ad", "ada c" })
        {
            Assert.Equal([ada.Id()], await service.ReadIdsAsync($"/user?q={Uri.EscapeDataString(q)}"));
        }

        foreach (var q in new[] { "adalove", "lovelacecountess", "ada%20lovelace@", "viewer", "da", "ex", "or", ada.Id() })
        {
            Assert.Empty(await service.ReadIdsAsync($"/user?q={Uri.EscapeDataString(q)}"));
        }
    }

    [Theory]
    [InlineData("Bo", "Li", "Li|li|b|bo li|Bo Li|li bo|L B", "o|i|lb|li x")]
    [InlineData("Jean-Luc", "O'Li", "lu|li|je|o'l|jean-luc|jean-l", "uc|an")]
    [InlineData("伟", "王", "王伟|伟王|王|伟|王 伟|伟 王", "张|张伟")]
    [InlineData("小明", "欧阳", "欧阳小明|小明欧阳|欧阳|小明|欧|阳小明|欧阳小", "明小")]
    [InlineData("철수", "김", "김|김철|김철수|철수김|철수|김 철수", "수|박")]
    [InlineData("はなこ", "さとう", "さとうはなこ|はなこさとう|さと|は|とうはな", "なこは")]
    [InlineData("ハナ", "サトー", "サトーハナ|サト|ハナ", "トハ")]
    public async Task Short_words_and_names_written_together_are_found(string first, string last, string found, string notFound)
    {
        var user = (await service.CreateUserAsync(new { first_name = first, last_name = last })).Id();

        foreach (var q in found.Split('|'))
        {
            Assert.Contains(user, await service.ReadIdsAsync($"/user?q={Uri.EscapeDataString(q)}"));
        }

        foreach (var q in notFound.Split('|'))
        {
            Assert.DoesNotContain(user, await service.ReadIdsAsync($"/user?q={Uri.EscapeDataString(q)}"));
        }
    }

    [Fact]
    public async Task A_group_is_found_by_two_letters()
    {
        var groups = new List<string>();
        foreach (var name in new[] { "HR", "Team HR", "R&D/HR", "(HR)" })
        {
            groups.Add((await service.CreateGroupAsync(new { name })).Id());
        }

        await service.CreateGroupAsync(new { name = "Chrome" });

        Assert.Equal(groups, await service.ReadIdsAsync("/auth/group?q=HR"));
        Assert.Equal(groups, await service.ReadIdsAsync("/auth/group?q=h"));
        Assert.Equal([groups[2]], await service.ReadIdsAsync("/auth/group?q=r%26d"));
    }

    [Theory]
    [InlineData("a@b", "a@b|A@B")]
    [InlineData("x@y.co", "x@y.co|X@Y.CO|x@y")]
    [InlineData("bo.li@x.io", "bo.li@x.io|bo.li|bo.l|BO.LI@X.IO.")]
    [InlineData("jana@bücher.example", "jana@bücher.example|jana@xn--bcher-kva.example|jana@bücher。example|jana@bucher")]
    [InlineData("jan@xn--bcher-kva.example", "jan@xn--bcher-kva.example|jan@bücher.example|jan@BÜCHER.example.|xn--bcher")]
    public async Task A_whole_address_is_found_in_every_spelling(string email, string found)
    {
        var user = (await service.CreateUserAsync(new { email })).Id();

        foreach (var q in found.Split('|'))
        {
            Assert.Equal([user], await service.ReadIdsAsync($"/user?q={Uri.EscapeDataString(q)}"));
        }
    }

    [Fact]
    public async Task A_search_counts_at_most_10_000_rows_and_its_links_lead_to_all_of_them()
    {
        const int Many = 10_001;
        await service.ClearAsync();
        await service.ExecuteAsync(
            $"""
            INSERT INTO users (id, first_name, last_name, role)
            SELECT {SeededDirectory.NewId("i")}, 'Li' || i, CASE WHEN i % 2 = 0 THEN 'Smith' END, 'viewer'
            FROM generate_series(1, {Many}) AS i
            """);

        foreach (var query in new[] { "q=li", "q=li&sort=-last_name", "q=li&role=viewer&sort=first_name" })
        {
            var pages = await service.FollowAsync($"/user?{query}&page_size=200", ListPages.Next);

            Assert.Equal(Many, pages.SelectMany(ListPages.Ids).Distinct().Count());
            Assert.All(pages, page => Assert.Equal((10_000, 50), ((int)page["count"]!, (int)page["total_pages"]!)));
            Assert.Equal(
                pages.SelectMany(ListPages.Ids).Reverse(),
                (await service.FollowAsync(pages[^1].Previous()!, ListPages.Previous)).SelectMany(page => page.Ids().Reverse())
                    .Prepend(pages[^1].Ids()[0]));
        }

        var exact = await service.ReadListAsync("/user?q=li%20smith&page_size=1");
        Assert.Equal(Many / 2, (int)exact["count"]!);
        Assert.Equal(10_000, (int)(await service.ReadListAsync("/user?q=li&page=99&page_size=200"))["count"]!);
        await service.ExecuteAsync("DELETE FROM users WHERE id = (SELECT id FROM users LIMIT 1)");
        Assert.Equal(10_000, (await service.ReadIdsAsync("/user?q=li")).Length);
    }

    [Fact]
    public async Task A_changed_resource_is_found_by_its_new_text()
    {
        var group = (await service.CreateGroupAsync(new { name = "Vorher" })).Id();
        (await service.PatchAsync($"/auth/group/{group}", new { name = "Nachher" })).MustBe(200);

        Assert.Empty(await service.ReadIdsAsync("/auth/group?q=vorher"));
        Assert.Equal([group], await service.ReadIdsAsync("/auth/group?q=nachher"));
    }

    [Theory]
    [InlineData("", "invalid_text")]
    [InlineData("%20%20", "invalid_text")]
    [InlineData("%C2%A0", "invalid_text")]
    [InlineData("%25%25%25", "invalid_search")]
    [InlineData("___", "invalid_search")]
    [InlineData("%25%20_%20-", "invalid_search")]
    [InlineData("%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80", "invalid_search")]
    [InlineData("abc%20b%20c%20d%20e%20f%20g%20h%20i%20j%20k", "invalid_search")]
    [InlineData("abc%00", "invalid_text")]
    [InlineData("abc%0Adef", "invalid_text")]
    [InlineData("abc%EF%BF%BE", "invalid_text")]
    [InlineData("abc&q=abc", "invalid_text")]
    [InlineData("abc&Q=def", "invalid_text")]
    public async Task A_search_text_that_cannot_match_is_refused(string q, string code)
    {
        foreach (var (list, _) in Lists)
        {
            await service.MustRefuseAsync($"{list}?q={q}", "q", code);
        }
    }

    [Fact]
    public async Task A_search_text_has_at_most_200_characters()
    {
        Assert.Empty(await service.ReadIdsAsync($"/user?q={new string('a', 200)}"));
        await service.MustRefuseAsync($"/user?q={new string('a', 201)}", "q", "too_long");
        await service.MustRefuseAsync($"/auth/group?q={new string('a', 201)}", "q", "too_long");
        await service.MustRefuseAsync($"/user?q={new string('a', 7000)}", "q", "invalid_text");
    }
}

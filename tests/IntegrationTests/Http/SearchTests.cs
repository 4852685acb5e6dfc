using CleanWorkspace.Infrastructure.Database;
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
    [InlineData("太郎", "山田", "山田太郎|太郎山田|山田太|山田|太郎|山|太|太郎 山田|山田\u3000太郎", "田|田太|郎山")]
    [InlineData("ﾀﾛｳ", "ﾔﾏﾀﾞ", "ﾔﾏﾀﾞﾀﾛｳ|ヤマダタロウ|タロウヤマダ|ヤマダ|ﾀﾛ|ヤ", "ヤマタ|マダ")]
    [InlineData("マリア・ガルシア", "ロペス", "マリ|ガル|ガルシア|ロペスマリア|ガルシアロペス", "リア|ペス")]
    [InlineData("민지", "\u1100\u1175\u11B7", "김민지|민지김|\u1100\u1175\u11B7민지|\u1100\u1175\u11B7", "지김|기")]
    [InlineData("Anna", "王", "王anna|anna王|王|an|nna|anna 王", "nn")]
    [InlineData("J.R.R.", "Tolkien (Sir)", "j|r|j.r|si|(s|(sir)|sir|to", "ir|rr|ol")]
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
    public async Task A_whole_address_of_the_greatest_length_is_found()
    {
        var email = $"{new string('a', 64)}@{string.Join('.', Enumerable.Repeat(new string('b', 37), 5))}";
        Assert.Equal(254, email.Length);
        var user = (await service.CreateUserAsync(new { email })).Id();

        Assert.Equal([user], await service.ReadIdsAsync($"/user?q={email}"));
    }

    [Fact]
    public async Task A_search_with_too_many_rows_to_count_leads_to_all_of_them_by_links_and_by_page_numbers()
    {
        const int Many = ListStatement.MaxCount + 100;
        await service.ClearAsync();
        await service.ExecuteAsync(
            $"""
            INSERT INTO user_groups (id) VALUES ({SeededDirectory.NewId("1")});
            INSERT INTO users (id, first_name, last_name, role)
            SELECT {SeededDirectory.NewId("i")}, 'Li' || i, CASE WHEN i % 2 = 0 THEN 'Smith' || i % 7 END, 'viewer'
            FROM generate_series(1, {Many}) AS i;
            INSERT INTO memberships (group_id, user_id) SELECT g.id, u.id FROM user_groups AS g, users AS u;
            """);
        var group = (await service.ReadIdsAsync("/auth/group"))[0];
        var users = await service.ReadIdsAsync("/user");

        foreach (var list in new[]
        {
            "/user?page_size=200&q=li", "/user?page_size=200&q=LI%20l&sort=-last_name",
            "/user?page_size=200&q=li&role=viewer&sort=first_name", $"/user?page_size=200&q=li&user_group={group}",
            $"/auth/group/{group}/users?page_size=200&q=li&sort=email",
        })
        {
            var pages = await service.FollowAsync(list, ListPages.Next);

            Assert.Equal(users, pages.SelectMany(ListPages.Ids).Order(StringComparer.Ordinal));
            Assert.All(pages, page => Assert.Equal((5000, 25), ((int)page["count"]!, (int)page["total_pages"]!)));
            Assert.Equal(pages[24].Ids(), (await service.ReadListAsync($"{list}&page=25")).Ids());
            Assert.Equal(pages[25].Ids(), (await service.ReadListAsync($"{list}&page=26")).Ids());
            var back = await service.FollowAsync(pages[^1].Previous()!, ListPages.Previous);
            Assert.Equal(Enumerable.Reverse(pages).Skip(1).Select(page => page.ToJsonString()), back.Select(page => page.ToJsonString()));
            var past = await service.ReadListAsync($"{list}&page=99");
            Assert.Equal((0, 5000, 25), (past.Ids().Length, (int)past["count"]!, (int)past["meta"]!["previous_page"]!));
        }

        Assert.Equal(Many, (int)(await service.ReadListAsync("/user"))["count"]!);
        Assert.Equal(Many / 2, (int)(await service.ReadListAsync("/user?q=li%20smith"))["count"]!);
    }

    [Fact]
    public async Task A_search_counts_exactly_up_to_its_limit()
    {
        await service.ClearAsync();
        await service.ExecuteAsync(
            $"""
            INSERT INTO user_groups (id, name)
            SELECT {SeededDirectory.NewId("i")}, 'Team ' || i FROM generate_series(1, {ListStatement.MaxCount}) AS i
            """);

        Assert.Equal(ListStatement.MaxCount, (await service.ReadIdsAsync("/auth/group?q=te")).Length);
        Assert.Equal(ListStatement.MaxCount, (await service.ReadIdsAsync("/auth/group?q=tea&sort=-name")).Length);
        await service.CreateGroupAsync(new { name = "Team" });
        Assert.Equal(ListStatement.MaxCount, (int)(await service.ReadListAsync("/auth/group?q=te&sort=name"))["count"]!);
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
    public async Task A_search_text_has_at_most_254_characters()
    {
        Assert.Empty(await service.ReadIdsAsync($"/user?q={new string('a', 254)}"));
        await service.MustRefuseAsync($"/user?q={new string('a', 255)}", "q", "too_long");
        await service.MustRefuseAsync($"/auth/group?q={new string('a', 255)}", "q", "too_long");
        await service.MustRefuseAsync($"/user?q={new string('a', 7000)}", "q", "invalid_text");
    }
}

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
    [InlineData("jose m a", "Jose Maria|José María")]
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

        foreach (var q in new[] { "ADA", "love ada", "countess", "ess@exa", "ada lace tess .org" })
        {
            Assert.Equal([ada.Id()], await service.ReadIdsAsync($"/user?q={Uri.EscapeDataString(q)}"));
        }

        foreach (var q in new[] { "adalove", "lovelacecountess", "ada%20lovelace@", "viewer", ada.Id() })
        {
            Assert.Empty(await service.ReadIdsAsync($"/user?q={Uri.EscapeDataString(q)}"));
        }
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
    [InlineData("ab", "invalid_search")]
    [InlineData("ab%20cd%20ef", "invalid_search")]
    [InlineData("a-b.c", "invalid_search")]
    [InlineData("%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80", "invalid_search")]
    [InlineData("abc%20b%20c%20d%20e%20f%20g%20h%20i%20j%20k", "invalid_search")]
    [InlineData("abc%00", "invalid_text")]
    [InlineData("abc%0Adef", "invalid_text")]
    [InlineData("abc%EF%BF%BE", "invalid_text")]
    [InlineData("%ED%A0%80", "invalid_search")]
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

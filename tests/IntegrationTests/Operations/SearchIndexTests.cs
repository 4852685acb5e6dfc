using System.Globalization;
using System.Text.RegularExpressions;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Infrastructure.Users;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>The folded texts and indexes of the database for search and sort.</summary>
public sealed class SearchIndexTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Theory]
    [InlineData("ÅSTRÖM", "astrom")]
    [InlineData("José e\u0301", "jose e")]
    [InlineData("Łódź, Straße", "lodz, strasse")]
    [InlineData("İstanbul Iğdır", "istanbul igdir")]
    [InlineData("ΟΔΥΣΣΕΥΣ", "οδυσσευσ")]
    [InlineData("Οδυσσεύς Ἀριστοτέλης", "οδυσσευσ αριστοτελησ")]
    [InlineData("ЁЖ Йод", "еж йод")]
    [InlineData("北京 🧮", "北京 🧮")]
    [InlineData("ﾔﾏﾀﾞ Ａｄａ １", "ヤマダ ada 1")]
    [InlineData("\u1100\u1175\u11B7", "김")]
    public async Task Folding_removes_case_and_accents_in_every_alphabet(string text, string folded)
    {
        Assert.Equal(folded, await service.ExecuteAsync($"SELECT fold_text('{text}')"));
        Assert.Equal(folded, await service.ExecuteAsync($"SELECT fold_text('{folded}')"));
    }

    [Fact]
    public async Task The_short_cut_for_plain_text_folds_like_the_general_rule()
    {
        Assert.Equal(0L, await service.ExecuteAsync(
            """
            SELECT count(*) FROM (
                SELECT chr(n) || 'A' || chr(n) AS t FROM generate_series(1, 200000) AS n WHERE n NOT BETWEEN 55296 AND 57343) AS texts
            WHERE fold_text(t) IS DISTINCT FROM translate(lower(normalize(unaccent('unaccent', t), NFKC) COLLATE "und-x-icu"), 'ς', 'σ')
            """));
    }

    [Fact]
    public async Task Folding_does_not_depend_on_the_session()
    {
        Assert.Equal("a", await service.ExecuteAsync("SET search_path = ''; SELECT public.fold_text('Ä')"));
    }

    [Fact]
    public async Task The_search_text_follows_the_resource()
    {
        var user = (await service.CreateUserAsync(new { first_name = "Zoë", email = "Zoë.L@example.org" })).Id();
        var group = (await service.CreateGroupAsync(new { name = "Mathématiques" })).Id();
        Assert.Equal(" zoe  zoeXlQexampleXorg| mathematiques  ", await ReadAsync());

        await service.PatchAsync($"/user/{user}", new { last_name = "Lovelace", first_name = (string?)null });
        await service.PatchAsync($"/auth/group/{group}", new { name = "Ärzte" });
        Assert.Equal("  lovelace zoeXlQexampleXorg| arzte  ", await ReadAsync());
        await service.PatchAsync($"/user/{user}", new { last_name = "O'Li", first_name = "Jean-Luc" });
        await service.PatchAsync($"/auth/group/{group}", new { name = "R&D" });
        Assert.Equal(" jeanZluc o'li jean luc o li zoeXlQexampleXorg| r&d  r d  ", await ReadAsync());
        await service.PatchAsync($"/user/{user}", new { last_name = "王", first_name = "伟" });
        Assert.Equal(" 王伟 伟王 zoeXlQexampleXorg| r&d  r d  ", await ReadAsync());

        async Task<object?> ReadAsync() => await service.ExecuteAsync(
            $"""
            SELECT concat_ws(
                '|', (SELECT search_text FROM users WHERE id = '{user}'),
                (SELECT search_text FROM user_groups WHERE id = '{group}'))
            """);
    }

    [Theory]
    [InlineData("users", "role", "ix_users_role")]
    [InlineData("users", "(coalesce(fold_text(first_name), '') COLLATE \"C\")", "ix_users_first_name")]
    [InlineData("users", "(coalesce(fold_text(last_name), '') COLLATE \"C\")", "ix_users_last_name")]
    [InlineData("user_groups", "(coalesce(fold_text(name), '') COLLATE \"C\")", "ix_user_groups_name")]
    public async Task A_page_of_a_sorted_list_is_read_from_an_index_in_both_directions(string table, string key, string index)
    {
        foreach (var (after, direction) in new[] { (">", "ASC"), ("<", "DESC") })
        {
            var plan = await ExplainAsync(
                $"""
                SELECT id FROM {table} WHERE ({key}, id) {after} ('m', '01900000-0000-7000-8000-000000000001')
                ORDER BY {key} {direction}, id {direction} LIMIT 51
                """);

            Assert.Contains($"using {index}", plan, StringComparison.Ordinal);
            Assert.Contains("Index Cond: (ROW(", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_email_and_a_page_sorted_by_email_are_read_from_the_unique_index()
    {
        const string Key = $"({UserList.EmailKey})";
        var found = await ExplainAsync($"SELECT 1 FROM users AS u WHERE {Key} = 'ada@example.org'");
        Assert.Contains("using ux_users_folded_email", found, StringComparison.Ordinal);
        Assert.Contains(" = 'ada@example.org'", IndexConditionOf(found), StringComparison.Ordinal);
        foreach (var (after, direction) in new[] { (">", "ASC"), ("<", "DESC") })
        {
            var plan = await ExplainAsync(
                $"""
                SELECT id FROM users AS u WHERE ({Key}, id) {after} ('m', '01900000-0000-7000-8000-000000000001')
                ORDER BY {Key} {direction}, id {direction} LIMIT 51
                """);

            Assert.Contains("using ux_users_folded_email", plan, StringComparison.Ordinal);
            Assert.Contains($" {after}= 'm'", IndexConditionOf(plan), StringComparison.Ordinal);
        }
    }

    // So few changes do not start autovacuum, so only the service can clean up the pending entries.
    [Fact]
    public async Task The_pending_entries_of_the_search_indexes_are_cleaned_up_in_the_background()
    {
        await service.ExecuteAsync("CREATE EXTENSION pgstattuple");
        await service.CreateUserAsync(new { first_name = "Grace" });
        await service.CreateGroupAsync(new { name = "Compilers" });

        await Eventually.BeAsync(async () => await service.ExecuteAsync(
            """
            SELECT (pgstatginindex('ix_users_search_text')).pending_tuples
                + (pgstatginindex('ix_user_groups_search_text')).pending_tuples
            """) is 0L);
    }

    [Theory]
    [InlineData("users", "love")]
    [InlineData("users", "жук")]
    [InlineData("user_groups", "мате")]
    public async Task The_search_index_finds_a_part_of_a_word_in_any_alphabet(string table, string part)
    {
        // Without trigrams of these letters the index would have to read all its rows.
        var plan = await ExplainAsync($"SELECT id FROM {table} WHERE search_text LIKE '%{part}%'");
        Assert.Contains($"ix_{table}_search_text", plan, StringComparison.Ordinal);
        Assert.NotEqual("{}", await service.ExecuteAsync($"SELECT show_trgm('{part}')::text"));
    }

    [Theory]
    [InlineData("l")]
    [InlineData("li")]
    [InlineData("ж")]
    [InlineData("王伟")]
    [InlineData("김")]
    [InlineData("o''b")]
    public async Task The_search_index_finds_the_beginning_of_a_word_in_any_alphabet(string word)
    {
        foreach (var table in new[] { "users", "user_groups" })
        {
            var plan = await ExplainAsync($"SELECT id FROM {table} WHERE search_text LIKE '% {word}%'");
            Assert.Contains($"Bitmap Index Scan on ix_{table}_search_text", plan, StringComparison.Ordinal);
        }

        Assert.NotEqual("{}", await service.ExecuteAsync($"SELECT show_trgm('{word}')::text"));
    }

    // The search indexes find the rows up to the limit, and the index of the order finds a page of more rows.
    [Theory]
    [InlineData("li@x.io", UserKey.FirstName, "ix_users_first_name")]
    [InlineData("love@example.org", UserKey.LastName, "ix_users_last_name")]
    [InlineData("love@", UserKey.Email, "ux_users_folded_email")]
    public async Task A_search_reads_its_rows_and_its_page_from_indexes(string q, UserKey key, string index)
    {
        foreach (var isDescending in new[] { false, true })
        {
            var request = new UsersListRequest { Q = q, Sort = new Sort<UserKey>(key, isDescending) };
            var list = UserList.Of(request);
            using var few = list.ToBatch(UserRows.Instance, Fields<UserResponse>.All, request);
            using var many = list.ToBatchOfMany(UserRows.Instance, Fields<UserResponse>.All, request);

            var plan = await ExplainAsync(WithValues(few.BatchCommands[^1]));
            Assert.Contains("Bitmap Index Scan on ix_users_search_text", plan, StringComparison.Ordinal);
            Assert.Contains("Bitmap Index Scan on ux_users_folded_email", plan, StringComparison.Ordinal);
            plan = await ExplainAsync(WithValues(many.BatchCommands[^1]));
            Assert.Contains("Bitmap Index Scan on ix_users_search_text", plan, StringComparison.Ordinal);
            Assert.Contains($"Index Scan{(isDescending ? " Backward" : "")} using {index} on users", plan, StringComparison.Ordinal);
        }
    }

    private static string WithValues(NpgsqlBatchCommand command) => Regex.Replace(
        command.CommandText,
        @"\$(\d+)",
        match => command.Parameters[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) - 1].Value is string text
            ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'"
            : "0");

    private static string IndexConditionOf(string plan) =>
        Assert.Single(plan.Split('\n'), line => line.Contains("Index Cond: ", StringComparison.Ordinal));

    // Without these settings the plan for such a small table would read the whole table.
    private async Task<string> ExplainAsync(string query) => (string)(await service.ExecuteAsync(
        $"""
        SET enable_seqscan = off;
        SET enable_sort = off;
        CREATE FUNCTION pg_temp.explain(query text) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE
            line text;
            plan text := '';
        BEGIN
            FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
                plan := plan || line || E'\n';
            END LOOP;
            RETURN plan;
        END
        $$;
        SELECT pg_temp.explain('{query.Replace("'", "''", StringComparison.Ordinal)}');
        """))!;
}

using System.Globalization;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>Walks through every kind of list by its links. {group} is a group with many users, {user} a user with many groups.</summary>
public sealed class WalkTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const int Rows = 60;

    public static TheoryData<string> Lists =>
    [
        "/user?page_size=7",
        "/user?page_size=7&sort=-created_at",
        "/user/?page_size=7&sort=email",
        "/user?page_size=7&sort=-email",
        "/user?page_size=7&sort=first_name",
        "/api/v1/user?page_size=7&sort=-first_name",
        "/user?page_size=7&sort=last_name",
        "/user?page_size=7&sort=-last_name",
        "/user?page_size=4&role=editor",
        "/user?page_size=4&role=editor&sort=-first_name",
        "/user?page_size=5&q=ann",
        "/user?page_size=5&q=example%20ann&sort=last_name",
        "/user?page_size=5&q=ann&sort=-first_name",
        "/user?page_size=5&user_group={group}",
        "/user?page_size=5&user_group={group}&sort=last_name",
        "/auth/group/{group}/users?page_size=5&sort=-email",
        "/auth/group/{group}/users?page_size=5&q=byr&sort=-created_at",
        "/user?page_size=7&created_after=2020-01-01T00:00:00Z",
        "/auth/group?page_size=7",
        "/auth/group?page_size=7&sort=-created_at",
        "/auth/group?page_size=7&sort=name",
        "/api/v1/auth/group/?page_size=7&sort=-name",
        "/auth/group?page_size=5&name=analysts&sort=-created_at",
        "/auth/group?page_size=5&q=lyst&sort=name",
        "/auth/group?page_size=5&user={user}",
        "/user/{user}/groups?page_size=5&sort=-name",
        "/user/{user}/groups?page_size=5&q=anal",
    ];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_walk_in_both_directions_sees_every_lasting_row_once_during_writes(string list)
    {
        var path = await ArrangeAsync(list);
        var before = await ReadIdsAsync(path);
        // A third of the rows is deleted or moves. In a list sorted by id no change moves a row.
        string[] stable = [.. before.Where((_, index) => index % 3 > 0)];
        string[] others = [.. before.Where((_, index) => index % 3 == 0)];
        var round = 0;
        var isById = !list.Contains("name", StringComparison.Ordinal) && !list.Contains("mail", StringComparison.Ordinal);

        var there = await service.FollowAsync(path, ListPages.Next, () => WriteAsync(round++));
        var back = await service.FollowAsync(there[^1].Previous()!, ListPages.Previous, () => WriteAsync(round++));

        MustHaveOnce(stable, there.SelectMany(ListPages.Ids));
        var seen = there[^1].Ids().Reverse().Concat(back.SelectMany(page => page.Ids().Reverse()));
        MustHaveOnce(stable.Reverse(), seen);
        if (isById)
        {
            Assert.Equal(there.SelectMany(ListPages.Ids).Distinct(), there.SelectMany(ListPages.Ids));
        }

        // Deletes one row, moves rows in every sort order, and inserts rows at the beginning and at the end.
        Task WriteAsync(int number) => service.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
            $"""
            DELETE FROM users WHERE id = '{others[number % others.Length]}';
            DELETE FROM user_groups WHERE id = '{others[number % others.Length]}';
            UPDATE users SET first_name = 'Ann' || version % 9, last_name = 'Byron' || version % 9
            WHERE id = ANY ('{Array(isById ? before : others)}'::uuid[]) AND right(id::text, 1) > '{number % 8}';
            UPDATE user_groups SET name = 'Analysts' || version % 9
            WHERE id = ANY ('{Array(others)}'::uuid[]) AND right(id::text, 1) > '{number % 8}';
            WITH made AS (
                INSERT INTO users (id, first_name, last_name, email, folded_email, role)
                SELECT {SeededDirectory.NewId($"CASE WHEN i = 1 THEN 5000 ELSE -5000 END + {number}")}, 'Ann', 'Byron', e, e, 'editor'
                FROM generate_series(1, 2) AS i, LATERAL (SELECT 'ann' || i || gen_random_uuid() || '@example.org' AS e) AS e RETURNING id)
            INSERT INTO memberships (group_id, user_id)
            SELECT g.id, made.id FROM made, (SELECT min(id::text)::uuid AS id FROM user_groups) AS g;
            INSERT INTO user_groups (id, name) SELECT {SeededDirectory.NewId($"6000 + {number}")}, 'Analysts';
            """));
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_page_is_the_same_by_number_by_link_and_on_the_way_back(string list)
    {
        var path = await ArrangeAsync(list);
        var there = await service.FollowAsync(path, ListPages.Next);
        var back = await service.FollowAsync(there[^1].Previous()!, ListPages.Previous);
        var ids = there.SelectMany(ListPages.Ids).ToArray();

        Assert.InRange(there.Count, 4, 20);
        Assert.Equal(ids.Distinct(), ids);
        Assert.Equal(Enumerable.Reverse(there).Skip(1).Select(ToText), back.Select(ToText));
        for (var number = 1; number <= there.Count; number++)
        {
            var answer = (await service.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{path}&page={number}"))).MustBe(200);
            answer.Json.MustEqual(there[number - 1]);
            MustHaveTheSameLinks(answer);
            var page = answer.Json;
            Assert.Equal(
                (number, ids.Length, there.Count), ((int)page["meta"]!["page"]!, (int)page["count"]!, (int)page["total_pages"]!));
        }

        var past = await service.ReadListAsync(string.Create(CultureInfo.InvariantCulture, $"{path}&page={there.Count + 5}"));
        Assert.Equal((0, ids.Length, there.Count), (past.Ids().Length, (int)past["count"]!, (int)past["meta"]!["previous_page"]!));
        Assert.Equal(there[^1].Ids(), (await service.ReadListAsync(past.Previous()!)).Ids());

        // The cursor alone identifies the page.
        var withoutPage = await service.ReadListAsync(there[0].Next()!.Replace("&page=2", "", StringComparison.Ordinal));
        Assert.Equal(there[1].Ids(), withoutPage.Ids());
        Assert.Equal(2, (int)withoutPage["meta"]!["page"]!);
        var larger = await service.ReadListAsync(there[0].Next()!.Replace("page_size=", "page_size=1", StringComparison.Ordinal));
        Assert.Equal(ids.Skip(there[0].Ids().Length).Take(10 + there[0].Ids().Length), larger.Ids());
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_walk_ends_with_an_empty_page_when_all_rows_are_deleted(string list)
    {
        var path = await ArrangeAsync(list);
        var second = await service.ReadListAsync((await service.ReadListAsync(path)).Next()!);
        await service.ExecuteAsync($"DELETE FROM users WHERE id = ANY ('{Array((await ReadIdsAsync(path))[5..])}'::uuid[])");
        await service.ExecuteAsync($"DELETE FROM user_groups WHERE id = ANY ('{Array((await ReadIdsAsync(path))[5..])}'::uuid[])");

        var third = await service.ReadListAsync(second.Next()!);

        Assert.Empty(third.Ids());
        Assert.Null(third.Next());
        Assert.Equal((await ReadIdsAsync(path)).Length, (int)third["count"]!);
    }

    private static string ToText(JsonObject page) => page.ToJsonString();

    private static string Array(IEnumerable<string> ids) => $"{{{string.Join(',', ids)}}}";

    private static void MustHaveOnce(IEnumerable<string> expected, IEnumerable<string> seen) =>
        Assert.Equal(expected, seen.Where(expected.ToHashSet().Contains));

    private static void MustHaveTheSameLinks(Answer answer)
    {
        var links = new[] { (answer.Json.Next(), "next"), (answer.Json.Previous(), "prev") };
        var expected = links.Where(link => link.Item1 is not null).Select(link => $"<{link.Item1}>; rel=\"{link.Item2}\"");
        Assert.Equal(string.Join(", ", expected), string.Join(", ", answer.Headers.GetValues("Link")));
    }

    private async Task<string[]> ReadIdsAsync(string path) =>
        [.. (await service.FollowAsync(path, ListPages.Next)).SelectMany(ListPages.Ids)];

    private async Task<string> ArrangeAsync(string list)
    {
        var names = await service.SeedDirectoryAsync(Rows);
        return list.Replace("{group}", names[0], StringComparison.Ordinal).Replace("{user}", names[1], StringComparison.Ordinal);
    }
}

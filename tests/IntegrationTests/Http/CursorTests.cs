using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>Cursors that do not come from a link of the list.</summary>
public sealed class CursorTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    public static TheoryData<string> Lists =>
        ["/user?page_size=5&sort=email", "/user?page_size=5", "/auth/group?page_size=5&sort=-name&q=lyst"];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_cursor_that_was_changed_cut_or_lengthened_is_refused(string list)
    {
        await service.SeedDirectoryAsync(20);
        var cursor = await CursorOfAsync(list);

        for (var place = 0; place < cursor.Length; place++)
        {
            await MustRefuseAsync($"{list}&cursor={cursor[..place]}{(cursor[place] == 'A' ? 'B' : 'A')}{cursor[(place + 1)..]}");
            await MustRefuseAsync($"{list}&cursor={cursor[..place]}");
        }

        foreach (var ending in new[] { "A", "AAAA", "=", "%20", "%00", "&cursor=", $"&CURSOR={cursor}", new string('A', 5000) })
        {
            await MustRefuseAsync($"{list}&cursor={cursor}{ending}");
        }

        (await service.GetAsync($"{list}&cursor={cursor}")).MustBe(200);
    }

    [Fact]
    public async Task A_cursor_works_only_in_its_own_list()
    {
        var names = await service.SeedDirectoryAsync(20);
        string[] lists =
        [
            "/user?", "/user?sort=email", "/user?sort=-email", "/user?sort=first_name", "/user?role=admin", "/user?role=editor",
            "/user?q=ann", "/user?q=byr", "/user?q=ann&role=admin",
            "/user?created_after=2020-01-01T00:00:00Z", "/user?created_before=2030-01-01T00:00:00Z",
            $"/user?user_group={names[0]}", $"/auth/group/{names[0]}/users?sort=email",
            "/auth/group?", "/auth/group?sort=name", "/auth/group?name=analysts", $"/auth/group?user={names[1]}",
            "/auth/group?q=ann", "/auth/group?q=lyst", "/auth/audit?", "/auth/key?",
        ];
        await service.CreateTokenAsync("viewer");
        var cursors = new List<string>();
        foreach (var list in lists)
        {
            // No group matches this search, so it has no second page.
            cursors.Add(list == "/auth/group?q=ann" ? "" : await CursorOfAsync($"{list}&page_size=1"));
        }

        for (var here = 0; here < lists.Length; here++)
        {
            for (var there = 0; there < lists.Length; there++)
            {
                if (here == there && cursors[here].Length > 0)
                {
                    (await service.GetAsync($"{lists[here]}&page_size=2&fields=created_at&cursor={cursors[here]}")).MustBe(200);
                }
                else
                {
                    await MustRefuseAsync($"{lists[here]}&cursor={cursors[there]}");
                }
            }
        }
    }

    [Fact]
    public async Task The_page_must_agree_with_the_cursor()
    {
        await service.SeedDirectoryAsync(20);
        var cursor = await CursorOfAsync("/user?page_size=5");

        await MustRefuseAsync($"/user?page_size=5&page=1&cursor={cursor}");
        await MustRefuseAsync($"/user?page_size=5&page=3&cursor={cursor}");
        (await service.GetAsync($"/user?page_size=5&page=2&cursor={cursor}")).MustBe(200);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("ann", true)]
    [InlineData("%_\\'; DROP TABLE users; --", true)]
    [InlineData("a\0b", false)]
    [InlineData("\0", false)]
    public async Task A_made_up_cursor_with_a_valid_checksum_is_answered_or_refused(string key, bool isText)
    {
        await service.SeedDirectoryAsync(20);

        foreach (var isBackward in new byte[] { 0, 1, 0xFF })
        {
            foreach (var (list, path) in Made)
            {
                var answer = await service.GetAsync($"{path}&cursor={MakeUp(list.List, Encoding.UTF8.GetBytes(key), isBackward, page: 2)}");
                Assert.True(answer.Status == (isText ? 200 : 400), answer.ToString());
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x80 }, 2)]
    [InlineData(new byte[] { 0xC0, 0x80 }, 2)]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, 2)]
    [InlineData(new byte[] { 0x61, 0xF0, 0x9F }, 2)]
    [InlineData(new byte[] { 0x61 }, 0)]
    [InlineData(new byte[] { 0x61 }, -1)]
    [InlineData(new byte[] { 0x61 }, int.MaxValue)]
    [InlineData(new byte[] { 0x61 }, int.MinValue)]
    public async Task A_cursor_with_a_valid_checksum_but_invalid_text_or_page_is_refused(byte[] key, int page)
    {
        foreach (var (list, path) in Made)
        {
            await MustRefuseAsync($"{path}&cursor={MakeUp(list.List, key, 0, page)}");
        }
    }

    // In the earlier order an empty text stood for a missing email.
    [Fact]
    public async Task A_cursor_of_the_earlier_order_of_emails_is_refused()
    {
        const string Added = "\n2";
        var list = new UsersListRequest { Sort = new Sort<UserKey>(UserKey.Email, false) }.List;
        Assert.EndsWith(Added, list, StringComparison.Ordinal);

        (await service.GetAsync($"/user?sort=email&cursor={MakeUp(list, [], 0, page: 2)}")).MustBe(200);
        await MustRefuseAsync($"/user?sort=email&cursor={MakeUp(list[..^Added.Length], [], 0, page: 2)}");
    }

    private static (ListRequest List, string Path)[] Made =>
    [
        (new UsersListRequest(), "/user?"),
        (new UsersListRequest { Sort = new Sort<UserKey>(UserKey.Email, true) }, "/user?sort=-email"),
        (new UserGroupsListRequest { Sort = new Sort<UserGroupKey>(UserGroupKey.Name, false), Q = "lyst" }, "/auth/group?sort=name&q=lyst"),
    ];

    private static string MakeUp(string list, byte[] key, byte isBackward, int page)
    {
        byte[] place = [.. new byte[32], isBackward, (byte)(page >> 24), (byte)(page >> 16), (byte)(page >> 8), (byte)page, .. key];
        return Base64Url.EncodeToString([.. place, .. SHA256.HashData([.. place, .. Encoding.UTF8.GetBytes(list)]).AsSpan(..8)]);
    }

    private async Task<string> CursorOfAsync(string list) => (await service.ReadListAsync(list)).Next()!.Split("cursor=")[1];

    private Task<string> MustRefuseAsync(string path) => service.MustRefuseAsync(path, "cursor", "invalid_cursor");
}

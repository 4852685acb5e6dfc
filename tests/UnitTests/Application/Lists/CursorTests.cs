using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.UnitTests.Application.Lists;

public sealed class CursorTests
{
    private static readonly UsersListRequest List = new() { PageSize = 2, Sort = new Sort<UserKey>(UserKey.LastName, IsDescending: true) };

    [Theory]
    [InlineData("")]
    [InlineData("lovelace")]
    [InlineData("李😀 \"%")]
    public void Parsing_the_text_of_a_cursor_returns_an_equal_cursor(string key)
    {
        var cursor = NextOf(List, key);

        Assert.True(Cursor.TryParse(cursor.ToString(), out var read));
        Assert.Equal(cursor.Position, read.Position);
        Assert.Equal((key, false, 2), (read.Position.Key, read.IsBackward, read.Page));
        Assert.True(read.IsOf(List.List));
        Assert.Equal(cursor.ToString(), read.ToString());
    }

    [Fact]
    public void A_cursor_fits_only_its_own_list_with_any_page_size_and_fields()
    {
        var cursor = NextOf(List, "x");

        Assert.True(cursor.IsOf((List with { PageSize = 7, Page = 2, Fields = Fields<UserResponse>.None }).List));
        Assert.False(cursor.IsOf((List with { Q = "ada" }).List));
        Assert.False(cursor.IsOf((List with { Sort = null }).List));
        Assert.False(cursor.IsOf((List with { UserGroup = Guid.Empty }).List));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64url!")]
    public void Text_of_another_form_is_refused(string? text)
    {
        Assert.False(Cursor.TryParse(text, out var cursor));
        Assert.Null(cursor);
    }

    [Fact]
    public void Another_spelling_of_the_same_cursor_is_refused()
    {
        var text = NextOf(List, "x").ToString();

        Assert.False(Cursor.TryParse($"{text}==", out _));
        Assert.False(Cursor.TryParse($" {text}", out _));
        Assert.False(Cursor.TryParse($"{text}\n", out _));
    }

    private static Cursor NextOf(UsersListRequest list, string key)
    {
        var rows = Enumerable.Range(0, 3).Select(_ => ("row", new ListPosition(key, Guid.CreateVersion7()))).ToList();
        var shown = new UsersListRequest { PageSize = list.PageSize, Sort = list.Sort };
        return Page.Of(shown, 3, rows.ConvertAll(row => ((UserResponse)null!, row.Item2))).Next!;
    }
}

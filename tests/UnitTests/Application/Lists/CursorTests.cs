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
    public void What_was_written_is_read_with_everything_that_it_says(string key)
    {
        var written = NextOf(List, key);

        Assert.True(Cursor.TryParse(written.ToString(), out var read));
        Assert.Equal(written.Position, read.Position);
        Assert.Equal((key, false, 2), (read.Position.Key, read.IsBackward, read.Page));
        Assert.True(read.IsOf(List.List));
        Assert.Equal(written.ToString(), read.ToString());
    }

    [Fact]
    public void It_is_of_its_own_list_alone_whatever_the_size_of_its_pages_and_what_they_show()
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
    public void Anything_else_is_none(string? text)
    {
        Assert.False(Cursor.TryParse(text, out var cursor));
        Assert.Null(cursor);
    }

    [Fact]
    public void Text_that_says_the_same_in_another_way_is_none()
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

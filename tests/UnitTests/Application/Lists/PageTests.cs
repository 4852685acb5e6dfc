using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.UnitTests.Application.Lists;

public sealed class PageTests
{
    [Theory]
    [InlineData(0, 50, 0)]
    [InlineData(1, 50, 1)]
    [InlineData(50, 50, 1)]
    [InlineData(51, 50, 2)]
    [InlineData(315, 50, 7)]
    [InlineData(3, 1, 3)]
    public void TotalPages_is_the_count_divided_by_the_page_size_rounded_up(int count, int size, int pages) =>
        Assert.Equal(pages, new Page<string>(1, size, count, [], null, null).TotalPages);
}

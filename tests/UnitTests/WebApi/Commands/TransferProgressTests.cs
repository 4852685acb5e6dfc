using CleanWorkspace.WebApi.Commands;

namespace CleanWorkspace.UnitTests.WebApi.Commands;

public sealed class TransferProgressTests
{
    [Theory]
    [InlineData(59, "0:00:59")]
    [InlineData(3_661, "1:01:01")]
    [InlineData(90_000, "25:00:00")]
    [InlineData(359_999, "99:59:59")]
    public void A_time_of_more_than_a_day_shows_all_its_hours(int seconds, string text) =>
        Assert.Equal(text, TransferProgress.ToText(TimeSpan.FromSeconds(seconds)));
}

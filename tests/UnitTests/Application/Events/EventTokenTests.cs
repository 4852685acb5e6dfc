using CleanWorkspace.Application.Events;

namespace CleanWorkspace.UnitTests.Application.Events;

public sealed class EventTokenTests
{
    [Theory]
    [InlineData("1:1:")]
    [InlineData("7:7:")]
    [InlineData("7:9:7")]
    [InlineData("7:9:7,8")]
    [InlineData("9999999999999999998:9999999999999999999:")]
    public void A_snapshot_of_PostgreSQL_is_accepted(string snapshot)
    {
        var token = new EventToken("3059c6b3", 1842, snapshot);

        Assert.True(EventToken.TryParse(token.ToString(), out var read));
        Assert.Equal(token, read);
    }

    /// <summary>The checksum is right, but PostgreSQL would refuse the snapshot.</summary>
    [Theory]
    [InlineData("0:0:")]
    [InlineData("0:7:")]
    [InlineData("9:7:")]
    [InlineData("7:9:6")]
    [InlineData("7:9:9")]
    [InlineData("7:7:7")]
    [InlineData("7:10:9,8")]
    [InlineData("7:9")]
    [InlineData("7:9:,")]
    [InlineData("7:9:\n")]
    [InlineData("7:9:8\n")]
    [InlineData("-7:9:")]
    [InlineData("7:99999999999999999999:")]
    public void An_impossible_snapshot_is_refused(string snapshot) =>
        Assert.False(EventToken.TryParse(new EventToken("3059c6b3", 1842, snapshot).ToString(), out _));

    /// <summary>PostgreSQL has no text with this character.</summary>
    [Fact]
    public void An_epoch_with_a_control_character_is_refused() =>
        Assert.False(EventToken.TryParse(new EventToken("3059\0c6b3", 1842).ToString(), out _));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("NOW")]
    public void Text_of_another_form_is_refused(string? text) => Assert.False(EventToken.TryParse(text, out _));
}

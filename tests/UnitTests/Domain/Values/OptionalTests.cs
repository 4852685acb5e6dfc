using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Values;

public sealed class OptionalTests
{
    [Fact]
    public void The_default_is_absent()
    {
        Optional<string?> absent = default;

        Assert.False(absent.IsGiven);
        Assert.Null(absent.Value);
    }

    [Fact]
    public void A_given_null_is_not_absent()
    {
        Optional<string?> cleared = null;

        Assert.True(cleared.IsGiven);
        Assert.Null(cleared.Value);
        Assert.NotEqual(default, cleared);
    }

    [Fact]
    public void Select_converts_a_given_value()
    {
        Optional<string?> given = "12";

        Assert.Equal("12", given.Value);
        Assert.Equal(new Optional<int>(2), given.Select(text => text!.Length));
    }

    [Fact]
    public void Select_does_not_convert_an_absent_value()
    {
        Optional<string?> absent = default;

        Assert.False(absent.Select<int>(_ => throw new InvalidOperationException("Nothing to convert.")).IsGiven);
    }

    [Fact]
    public void Select_converts_a_given_null()
    {
        Optional<string?> cleared = null;

        Assert.Equal(new Optional<bool>(true), cleared.Select(text => text is null));
    }
}

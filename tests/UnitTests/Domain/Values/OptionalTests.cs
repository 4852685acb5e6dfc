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
    public void A_given_value_is_kept_and_converted()
    {
        Optional<string?> given = "12";

        Assert.Equal("12", given.Value);
        Assert.Equal(new Optional<int>(2), given.Select(text => text!.Length));
    }

    [Fact]
    public void An_absent_value_stays_absent_and_is_never_converted()
    {
        Optional<string?> absent = default;

        Assert.False(absent.Select<int>(_ => throw new InvalidOperationException("Nothing to convert.")).IsGiven);
    }

    [Fact]
    public void A_given_null_is_converted_too()
    {
        Optional<string?> cleared = null;

        Assert.Equal(new Optional<bool>(true), cleared.Select(text => text is null));
    }
}

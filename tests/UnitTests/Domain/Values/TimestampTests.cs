using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Values;

public sealed class TimestampTests
{
    [Theory]
    [InlineData("2027-01-31T12:00:00Z", "2027-01-31T12:00:00.0000000")]
    [InlineData("2027-01-31T12:00:00+00:00", "2027-01-31T12:00:00.0000000")]
    [InlineData("2027-01-31T12:00:00-00:00", "2027-01-31T12:00:00.0000000")]
    [InlineData("2027-01-31T12:00:00+05:30", "2027-01-31T06:30:00.0000000")]
    [InlineData("2027-01-31T20:00:00-08:00", "2027-02-01T04:00:00.0000000")]
    [InlineData("2027-01-31T12:00:00.5Z", "2027-01-31T12:00:00.5000000")]
    [InlineData("2027-01-31T12:00:00.1234567+01:00", "2027-01-31T11:00:00.1234567")]
    [InlineData("2028-02-29T23:59:59Z", "2028-02-29T23:59:59.0000000")]
    public void A_time_with_offset_and_fraction_is_read_and_converted_to_utc(string text, string utc)
    {
        Assert.Null(Timestamp.Check(text));
        Assert.Equal($"{utc}+00:00", $"{Timestamp.Parse(text):O}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("2027-01-31")]
    [InlineData("2027-01-31T12:00:00")]
    [InlineData("2027-01-31T12:00Z")]
    [InlineData("2027-01-31 12:00:00Z")]
    [InlineData(" 2027-01-31T12:00:00Z")]
    [InlineData("2027-01-31T12:00:00Z ")]
    [InlineData("2027-01-31T12:00:00+0530")]
    [InlineData("2027-01-31T12:00:00+05")]
    [InlineData("2027-01-31T12:00:00+5:30")]
    [InlineData("2027-01-31T12:00:00+15:00")]
    [InlineData("2027-01-31T12:00:00.Z")]
    [InlineData("2027-01-31T12:00:00.12345678Z")]
    [InlineData("2027-02-29T12:00:00Z")]
    [InlineData("2027-01-31T24:00:00Z")]
    [InlineData("31.01.2027 12:00:00 +00:00")]
    [InlineData("1800000000")]
    public void Text_of_another_form_is_refused(string? text)
    {
        Assert.Equal("invalid_time", Timestamp.Check(text)?.Code);
        Assert.Equal("invalid_time", Assert.Throws<InvalidValueException>(() => Timestamp.Parse(text)).Fault.Code);
    }
}

using CleanWorkspace.Domain.Webhooks;

namespace CleanWorkspace.UnitTests.Domain.Webhooks;

public sealed class RetryScheduleTests
{
    [Theory]
    [InlineData(1, "00:00:05")]
    [InlineData(2, "00:05:00")]
    [InlineData(3, "00:30:00")]
    [InlineData(4, "02:00:00")]
    [InlineData(5, "05:00:00")]
    [InlineData(6, "10:00:00")]
    [InlineData(7, "14:00:00")]
    [InlineData(8, "20:00:00")]
    [InlineData(9, "1.00:00:00")]
    [InlineData(10, "1.00:00:00")]
    [InlineData(int.MaxValue, "1.00:00:00")]
    public void Delays_grow_to_a_day_and_have_a_random_part(int failures, string delay)
    {
        var expected = TimeSpan.Parse(delay, null);

        Assert.Equal(expected, RetrySchedule.DelayAfter(failures, null, 0));
        Assert.Equal(expected * 1.1, RetrySchedule.DelayAfter(failures, null, 1));
    }

    [Theory]
    [InlineData(1, "00:00:01", "00:00:05")]
    [InlineData(1, "01:00:00", "01:00:00")]
    [InlineData(9, "01:00:00", "1.00:00:00")]
    [InlineData(1, "30.00:00:00", "1.00:00:00")]
    public void The_endpoint_can_ask_for_a_longer_delay_up_to_a_day(int failures, string retryAfter, string delay) =>
        Assert.Equal(TimeSpan.Parse(delay, null), RetrySchedule.DelayAfter(failures, TimeSpan.Parse(retryAfter, null), 0));
}

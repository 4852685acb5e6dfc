namespace CleanWorkspace.Domain.Webhooks;

/// <summary>
/// The delays between attempts to deliver an event (Standard Webhooks). After the last one the service tries once a day, without an end.
/// </summary>
public static class RetrySchedule
{
    /// <summary>The longest delay, apart from the random part.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    // The random part keeps many webhooks of one endpoint from coming at the same time.
    private const double RandomShare = 0.1;

    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), Longest,
    ];

    /// <summary>Returns the delay before the next attempt.</summary>
    /// <param name="failures">The number of failed attempts so far, from 1.</param>
    /// <param name="retryAfter">How long the endpoint asks to wait, or null. It is honoured up to <see cref="Longest"/>.</param>
    /// <param name="random">A random number from 0 to 1.</param>
    public static TimeSpan DelayAfter(int failures, TimeSpan? retryAfter, double random)
    {
        var delay = Delays[Math.Min(failures, Delays.Length) - 1];
        var asked = retryAfter > Longest ? Longest : retryAfter ?? TimeSpan.Zero;
        return (delay > asked ? delay : asked) * (1 + (RandomShare * random));
    }
}

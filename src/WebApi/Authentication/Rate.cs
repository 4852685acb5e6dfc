using System.Globalization;
using System.Threading.RateLimiting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>A rate limit (token bucket). The bucket refills evenly.</summary>
/// <param name="Count">The size of the bucket, and the number of permits in each <paramref name="Time"/>; 0 means no limit.</param>
/// <param name="Time">The time in which an empty bucket becomes full.</param>
internal sealed record Rate(int Count, TimeSpan Time)
{
    // The framework refills the buckets ten times a second, so a permit may come this much late.
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>The value of the header <c>Retry-After</c>: the whole seconds until the next permit.</summary>
    public string RetryAfter => Math.Ceiling((Period + MaxDelay).TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private TimeSpan Period => Time / Count;

    /// <summary>Makes the limiter for one key, such as one caller. The framework drops it soon after its bucket is full again.</summary>
    /// <remarks>The rate must have a limit. The framework would keep a limiter without a limit for ever.</remarks>
    public RateLimitPartition<TKey> CreatePartition<TKey>(TKey key) =>
        RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Count,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = Period,
        });
}

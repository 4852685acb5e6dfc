using System.Globalization;
using System.Threading.RateLimiting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>How often something may happen: so many times at once, and as many again in every <paramref name="Time"/>, evenly; 0 is as often as it likes.</summary>
internal sealed record Rate(int Count, TimeSpan Time)
{
    // The framework refills ten times a second, which may be that much later than it says.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    /// <summary>For the header <c>Retry-After</c> of who has used up the rate: whole seconds, after which there is something again.</summary>
    public string RetryAfter => Math.Ceiling((Period + Delay).TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private TimeSpan Period => Time / Count;

    /// <summary>What counts for the one with that key.</summary>
    public RateLimitPartition<TKey> PartitionOf<TKey>(TKey key) => Count == 0
        ? RateLimitPartition.GetNoLimiter(key)
        : RateLimitPartition.GetTokenBucketLimiter(
            key, _ => new TokenBucketRateLimiterOptions { TokenLimit = Count, TokensPerPeriod = 1, ReplenishmentPeriod = Period });
}

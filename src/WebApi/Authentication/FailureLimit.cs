using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Limits the rate of bad credentials of each address. It stops guessing, and it stops database reads for guesses.
/// </summary>
/// <remarks>
/// Each authentication scheme counts every credential that it refuses. A scheme that reads the database asks for permission first.
/// </remarks>
internal sealed class FailureLimit : IDisposable
{
    // The limiters of more addresses would take too much memory: an attacker can have very many addresses. Addresses with the same hash
    // share a limiter. The hash differs in every process, so that nobody can choose an address with the limiter of another one.
    private const int MaxLimiters = 16_384;

    private readonly PartitionedRateLimiter<HttpContext> _failures;
    private readonly PartitionedRateLimiter<HttpContext> _turns;
    private readonly Rate _rate;

    public FailureLimit(RateLimitSettings settings)
    {
        _rate = settings.Failures;
        _failures = CreateLimiter(_rate.CreatePartition);
        _turns = CreateLimiter(number => RateLimitPartition.GetConcurrencyLimiter(
            number, _ => new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = int.MaxValue }));
    }

    /// <summary>Waits until no other credential of the address is being checked. Dispose the lease to let the next one continue.</summary>
    /// <remarks>One failure is counted before the next check starts, so concurrent guesses cannot exceed the limit.</remarks>
    public ValueTask<RateLimitLease> WaitForTurnAsync(HttpContext context) => _turns.AcquireAsync(context, 1, context.RequestAborted);

    /// <summary>Returns the refusal if the address has used up its failures, else null.</summary>
    public CredentialException? FindRefusal(HttpContext context) =>
        _failures.GetStatistics(context) is { CurrentAvailablePermits: 0 } ? CredentialException.TooManyFailures(_rate.RetryAfter) : null;

    /// <summary>Counts a bad credential of the address.</summary>
    /// <returns>The given failure, or "too many failures" if the limit was used up before.</returns>
    public CredentialException CountFailure(HttpContext context, CredentialException failure)
    {
        using var lease = _failures.AttemptAcquire(context);
        return lease.IsAcquired ? failure : CredentialException.TooManyFailures(_rate.RetryAfter);
    }

    public void Dispose()
    {
        _failures.Dispose();
        _turns.Dispose();
    }

    private PartitionedRateLimiter<HttpContext> CreateLimiter(Func<int, RateLimitPartition<int>> create) =>
        PartitionedRateLimiter.Create<HttpContext, int>(context => _rate.Count == 0
            ? RateLimitPartition.GetNoLimiter(0)
            : create((int)((uint)AddressOf(context).GetHashCode() % MaxLimiters)));

    // A client has 2^64 IPv6 addresses, so a /64 network counts as one. Clients without an address (a Unix socket) count as one too.
    private static IPAddress AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(bytes.Length / 2).Clear();
        return new IPAddress(bytes);
    }
}

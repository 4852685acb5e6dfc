using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Holds each address to its rate of bad credentials, so that nobody can go on guessing them, or have the database asked about
/// each guess. Every authentication tells it what it refuses; one that needs the database for it asks before.
/// </summary>
internal sealed class FailureLimit : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> _failures;
    private readonly PartitionedRateLimiter<HttpContext> _turns;
    private readonly Rate _rate;

    public FailureLimit(RateLimitSettings settings)
    {
        _rate = settings.Failures;
        _failures = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => _rate.PartitionOf(AddressOf(context)));
        _turns = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => _rate.Count == 0
            ? RateLimitPartition.GetNoLimiter(IPAddress.None)
            : RateLimitPartition.GetConcurrencyLimiter(
                AddressOf(context), _ => new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = int.MaxValue }));
    }

    /// <summary>
    /// Waits for the address's turn, which ends when it is disposed. One credential at a time: what becomes of it is counted
    /// before the next is looked at, so that not even guesses sent all at once get beyond the limit.
    /// </summary>
    public ValueTask<RateLimitLease> TakeTurnAsync(HttpContext context) => _turns.AcquireAsync(context, 1, context.RequestAborted);

    /// <summary>Why nothing more is looked at for the address, or null where it has failures left.</summary>
    public CredentialException? FindRefusal(HttpContext context) =>
        _failures.GetStatistics(context) is { CurrentAvailablePermits: 0 } ? CredentialException.TooMany(_rate.RetryAfter) : null;

    /// <summary>Counts a bad credential of the address.</summary>
    /// <returns>What to answer: what is wrong with it or, where the failures were used up before, that.</returns>
    public CredentialException Count(HttpContext context, CredentialException failure)
    {
        using var lease = _failures.AttemptAcquire(context);
        return lease.IsAcquired ? failure : CredentialException.TooMany(_rate.RetryAfter);
    }

    public void Dispose()
    {
        _failures.Dispose();
        _turns.Dispose();
    }

    // IPv6 gives every client 2^64 addresses, which count as one. Without an address (a Unix socket) all clients are one.
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

using System.Diagnostics;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The body of a transfer. It fails if the client is too slow, so that others can use its place.</summary>
/// <remarks>
/// The limits of Kestrel do not protect a transfer. They are 240 bytes per second on average, and everything that the buffers of the
/// network have taken counts. A client that has read 10 MB may then be silent for hours.
/// </remarks>
internal sealed class PacedStream : ForwardStream
{
    /// <summary>The limit applies to each portion of this many bytes.</summary>
    public const int Portion = 64 * 1024;

    private static readonly TimeSpan MinTime = TimeSpan.FromMilliseconds(1);

    private readonly Stream _body;
    private readonly TimeSpan _limit;
    private TimeSpan _left;
    private int _moved;

    /// <param name="body">The body of a request or a response.</param>
    /// <param name="limit">The longest time to wait for the client in one portion. The time between the calls does not count.</param>
    public PacedStream(Stream body, TimeSpan limit)
    {
        _body = body;
        _limit = _left = limit;
    }

    /// <summary>Wraps a body of the request with the limit of the service.</summary>
    public static PacedStream Of(HttpContext http, Stream body) =>
        new(body, http.RequestServices.GetRequiredService<TransferLimits>().StallTime);

    /// <exception cref="BadHttpRequestException">408: the client is too slow.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var stop = StopAtLimit(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var count = await _body.ReadAsync(buffer, stop.Token);
            Count(count, start);
            return count;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested && stop.IsCancellationRequested)
        {
            throw TooSlow(exception);
        }
    }

    /// <exception cref="BadHttpRequestException">408: the client is too slow. The response cannot be used any more.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        SendAsync(stop => _body.WriteAsync(buffer, stop), buffer.Length, cancellationToken);

    /// <summary>Sends what the body still holds, such as the rest of a compressed part. It waits for the client as a write does.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        SendAsync(stop => new ValueTask(_body.FlushAsync(stop)), 0, cancellationToken).AsTask();

    private async ValueTask SendAsync(Func<CancellationToken, ValueTask> sendAsync, int bytes, CancellationToken cancellationToken)
    {
        using var stop = StopAtLimit(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        try
        {
            await sendAsync(stop.Token);
            Count(bytes, start);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested && stop.IsCancellationRequested)
        {
            throw TooSlow(exception);
        }
    }

    private CancellationTokenSource StopAtLimit(CancellationToken cancellationToken)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(_left);
        return stop;
    }

    private void Count(int bytes, long start)
    {
        _moved += bytes;
        if (_moved >= Portion)
        {
            (_moved, _left) = (0, _limit);
            return;
        }

        var left = _left - Stopwatch.GetElapsedTime(start);
        _left = left > MinTime ? left : MinTime;
    }

    private static BadHttpRequestException TooSlow(Exception innerException) =>
        new("The client took too long for a part of a file.", StatusCodes.Status408RequestTimeout, innerException);
}

using CleanWorkspace.WebApi.Transfers;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// The body of an answer whose first bytes are held until it is known whether the answer is short. The middleware that compresses decides
/// at the first byte, and most answers do not know their length then.
/// </summary>
/// <param name="response">The response. Its body receives the answer.</param>
internal sealed class DelayedStream(HttpResponse response) : ForwardStream
{
    /// <summary>The length of the longest answer that counts as short.</summary>
    public const int MaxLength = 1024;

    private readonly Stream _body = response.Body;
    private byte[]? _held;
    private int _length;
    private bool _isSent;

    /// <summary>Whether the bytes can be dropped. The exception handler then drops them before it writes a problem document.</summary>
    public override bool CanSeek => !_isSent;

    /// <summary>Drops the held bytes from this length on.</summary>
    public override void SetLength(long value) => _length = Math.Min(_length, (int)value);

    public override bool CanRead => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isSent)
        {
            return _body.WriteAsync(buffer, cancellationToken);
        }

        if (_length + buffer.Length > MaxLength)
        {
            return SendAsync(buffer, cancellationToken);
        }

        _held ??= new byte[MaxLength];
        buffer.CopyTo(_held.AsMemory(_length));
        _length += buffer.Length;
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends what was written. Held bytes stay: MVC also flushes at the end of a short answer.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _isSent ? _body.FlushAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Sends a short answer, with its length.</summary>
    public async Task EndAsync()
    {
        if (!_isSent && _length > 0)
        {
            response.ContentLength ??= _length;
            await SendAsync(ReadOnlyMemory<byte>.Empty, CancellationToken.None);
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken)
    {
        _isSent = true;
        if (_length > 0)
        {
            await _body.WriteAsync(_held.AsMemory(0, _length), cancellationToken);
        }

        if (next.Length > 0)
        {
            await _body.WriteAsync(next, cancellationToken);
        }
    }
}

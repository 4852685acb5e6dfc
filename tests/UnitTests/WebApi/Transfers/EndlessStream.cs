using System.Text;

namespace CleanWorkspace.UnitTests.WebApi.Transfers;

/// <summary>A file that is larger than memory: a start, and then one piece many times.</summary>
internal sealed class EndlessStream(string start, string piece, long count) : Stream
{
    private readonly byte[] _piece = Encoding.UTF8.GetBytes(piece);
    private byte[] _current = Encoding.UTF8.GetBytes(start);
    private int _position;
    private long _pieces;

    /// <summary>The number of bytes that were read.</summary>
    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            if (_position == _current.Length)
            {
                if (_pieces++ >= count)
                {
                    break;
                }

                (_current, _position) = (_piece, 0);
            }

            var length = Math.Min(buffer.Length - filled, _current.Length - _position);
            _current.AsSpan(_position, length).CopyTo(buffer[filled..]);
            _position += length;
            filled += length;
        }

        BytesRead += filled;
        return filled;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override int Read(byte[] buffer, int offset, int length) => Read(buffer.AsSpan(offset, length));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int length) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}

using System.Text;
using CleanWorkspace.Application;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Reads a file that must be UTF-8, and removes its byte order mark.</summary>
/// <remarks>The readers of CSV and JSON would silently replace invalid bytes by U+FFFD and store damaged names.</remarks>
/// <param name="file">The file. It stays open.</param>
/// <param name="quotes">Tracks the quotes of a CSV file; null for other formats.</param>
internal sealed class Utf8Stream(Stream file, CsvQuotes? quotes = null) : Stream
{
    private const int MaxRead = 64 * 1024;
    private const int MarkLength = 3;

    // Two characters in UTF-16.
    private const int StartLength = 4;

    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
    private readonly char[] _decoded = new char[MaxRead + 1];
    private LineCounter _lines = new();
    private bool _isStarted;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > MaxRead)
        {
            buffer = buffer[..MaxRead];
        }

        var count = _isStarted ? await file.ReadAsync(buffer, cancellationToken) : await ReadStartAsync(buffer, cancellationToken);
        Check(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    private async Task<int> ReadStartAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _isStarted = true;
        var count = await file.ReadAtLeastAsync(buffer, StartLength, throwOnEndOfStream: false, cancellationToken);
        var start = buffer.Span[..count];
        if (IsUtf16(start))
        {
            throw Invalid(1, "The file is UTF-16, which some programs call Unicode. Save it as UTF-8 (in Excel: CSV UTF-8).");
        }

        if (!start.StartsWith(Encoding.UTF8.Preamble))
        {
            return count;
        }

        start[MarkLength..].CopyTo(start);
        return count > MarkLength ? count - MarkLength : await file.ReadAsync(buffer, cancellationToken);
    }

    // Without a mark, every second byte of ASCII letters is NUL.
    private static bool IsUtf16(ReadOnlySpan<byte> start) =>
        start.StartsWith(Encoding.Unicode.Preamble)
        || start.StartsWith(Encoding.BigEndianUnicode.Preamble)
        || start is [not 0, 0, not 0, 0, ..] or [0, not 0, 0, not 0, ..];

    private void Check(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _decoder.GetChars(bytes, _decoded, flush: bytes.IsEmpty);
        }
        catch (DecoderFallbackException exception)
        {
            throw Invalid(LineAt(bytes, exception.Index), "The file has bytes that are not UTF-8. Save it as UTF-8 (in Excel: CSV UTF-8).");
        }

        if (bytes.IndexOf((byte)0) is >= 0 and var nul)
        {
            throw Invalid(LineAt(bytes, nul), "The file has a NUL byte, so it is not a text file. Save it as text in UTF-8.");
        }

        quotes?.Advance(bytes, _lines);
        _lines.Advance(bytes);
    }

    private long LineAt(ReadOnlySpan<byte> bytes, int index)
    {
        // The index is negative if the character began before these bytes. Its bytes cannot be line breaks.
        var lines = _lines;
        lines.Advance(bytes[..Math.Clamp(index, 0, bytes.Length)]);
        return lines.Line;
    }

    private static Failure Invalid(long line, string detail) => Failure.InvalidFile(line, "invalid_encoding", detail);
}

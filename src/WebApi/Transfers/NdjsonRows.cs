using System.Buffers;
using System.Runtime.CompilerServices;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Reads users and groups from NDJSON: one JSON object a line. It holds one line in memory at a time.</summary>
internal static class NdjsonRows
{
    private const int FirstBufferLength = 64 * 1024;

    /// <summary>Reads the rows of a file.</summary>
    /// <exception cref="Failure">The file cannot be read any further.</exception>
    public static async IAsyncEnumerable<ImportRow> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var text = new Utf8Stream(stream);
        var parser = new NdjsonParser();
        var isEmpty = true;
        var line = 0L;
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBufferLength);
        try
        {
            var (start, searched, end) = (0, 0, 0);
            for (var isAtEnd = false; !isAtEnd;)
            {
                var length = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
                if (length < 0 && end - start <= LongLine.MaxLength)
                {
                    searched = end;
                    (buffer, start, searched, end) = MakeRoom(buffer, start, searched, end);
                    var count = await text.ReadAsync(buffer.AsMemory(end), cancellationToken);
                    end += count;
                    isAtEnd = count == 0;
                    if (!isAtEnd)
                    {
                        continue;
                    }
                }

                line++;
                var lineEnd = length < 0 ? end : searched + length;
                if (lineEnd - start > LongLine.MaxLength)
                {
                    throw LongLine.At(line);
                }

                if (!IsBlank(buffer.AsSpan(start..lineEnd)))
                {
                    isEmpty = false;
                    yield return parser.Parse(buffer.AsSpan(start..lineEnd), line);
                }

                start = searched = Math.Min(lineEnd + 1, end);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        if (isEmpty)
        {
            throw Failure.InvalidFile(null, "empty_file", "The file is empty. It must have a JSON object on each line.");
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;

    private static (byte[] Buffer, int Start, int Searched, int End) MakeRoom(byte[] buffer, int start, int searched, int end)
    {
        if (end < buffer.Length)
        {
            return (buffer, start, searched, end);
        }

        var larger = start > 0 ? buffer : ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(start..end).CopyTo(larger);
        if (larger != buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        return (larger, 0, searched - start, end - start);
    }
}

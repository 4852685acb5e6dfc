using System.Runtime.CompilerServices;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The body of an import.</summary>
public sealed class ImportFile
{
    // An array of this size is not one of .NET's large objects, which are collected rarely.
    private const int PartSize = 64 * 1024;

    private readonly Stream _content;

    internal ImportFile(FileFormat format, Stream content) => (Format, _content) = (format, content);

    internal FileFormat Format { get; }

    /// <summary>Returns the rows. They are read from the body one at a time.</summary>
    internal IAsyncEnumerable<ImportRow> Read(ColumnMap columns) => Format.Read(_content, columns);

    /// <summary>Returns the bytes of the body in parts. A part is valid until the next one is read.</summary>
    /// <exception cref="Failure">The body is empty.</exception>
    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadPartsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[PartSize];
        var isEmpty = true;
        int count;
        do
        {
            count = await _content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            if (count > 0)
            {
                isEmpty = false;
                yield return buffer.AsMemory(0, count);
            }
        }
        while (count == buffer.Length);

        if (isEmpty)
        {
            // The reader of rows has the message for an empty file.
            await foreach (var row in Format.Read(Stream.Null, ColumnMap.Empty).WithCancellation(cancellationToken))
            {
                throw new InvalidOperationException($"An empty file has a row: {row.Line}");
            }
        }
    }
}

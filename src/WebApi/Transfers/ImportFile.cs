using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The body of an import.</summary>
public sealed class ImportFile
{
    private readonly FileFormat _format;
    private readonly Stream _content;

    internal ImportFile(FileFormat format, Stream content) => (_format, _content) = (format, content);

    /// <summary>Returns the rows. They are read from the body one at a time.</summary>
    internal IAsyncEnumerable<ImportRow> Read(ColumnMap columns) => _format.Read(_content, columns);
}

using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using CleanWorkspace.Application;
using CsvHelper;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The separator of a CSV file. The first record with content shows it.</summary>
/// <param name="Separator">The character between the cells.</param>
/// <param name="IsNamed">Whether the first record is a line such as <c>sep=;</c>, which Excel reads. The header comes after it.</param>
internal sealed record CsvStart(char Separator, bool IsNamed)
{
    private const string NamePrefix = "sep=";

    // The first one is the default.
    private static readonly char[] Separators = [',', ';', '\t'];

    /// <summary>Reads the start of a file. It consumes nothing but a named separator in the first line.</summary>
    /// <exception cref="Failure">The file names a separator that is not supported.</exception>
    public static async ValueTask<CsvStart> ReadAsync(PipeReader file, ColumnMap columns, CancellationToken cancellationToken)
    {
        var record = new FirstRecord();
        while (true)
        {
            var result = await file.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            record.Search(buffer);
            if (record.HasEnd || result.IsCompleted)
            {
                var start = Find(buffer.Slice(record.Start, record.End - record.Start).ToArray(), columns);
                // The CSV reader would pass over a named separator in the first line, but count its CR LF as two lines.
                file.AdvanceTo(start.IsNamed && record.Start == 0 ? buffer.GetPosition(record.End) : buffer.Start);
                return start;
            }

            file.AdvanceTo(buffer.Start, buffer.End);
            if (record.End > LongLine.MaxLength)
            {
                // The reader refuses such a record. Empty lines before it are not worth more memory.
                return new CsvStart(Separators[0], false);
            }
        }
    }

    /// <summary>Whether this is the first cell of a line such as <c>sep=;</c>.</summary>
    public static bool IsName(string cell) => NamePrefix.Equals(cell, StringComparison.OrdinalIgnoreCase);

    private static CsvStart Find(byte[] record, ColumnMap columns)
    {
        var start = record.AsMemory(record.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
        if (start.Length == NamePrefix.Length + 1
            && Encoding.UTF8.GetString(start.Span) is var line
            && line.StartsWith(NamePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return Separators.Contains(line[^1])
                ? new CsvStart(line[^1], true)
                : throw Failure.InvalidFile(
                    1, "invalid_csv", "The line sep= names another separator. Separate the columns by commas, semicolons or tabs.");
        }

        // The right separator gives the most known names. If it gives none, it gives the most columns.
        return new CsvStart(Separators.MaxBy(separator => Count(start, separator, columns)), false);
    }

    private static (int Known, int All) Count(ReadOnlyMemory<byte> record, char separator, ColumnMap columns)
    {
        using var reader = CsvReader.Create(record, new CsvReaderOptions
        {
            Separator = separator,
            HasHeader = false,
            MaxRecordSize = 2 * LongLine.MaxLength,
        });
        if (!reader.Read())
        {
            return default;
        }

        var known = 0;
        for (var i = 0; i < reader.FieldCount; i++)
        {
            known += columns.Find(reader.GetString(i)) >= 0 ? 1 : 0;
        }

        return (known, reader.FieldCount);
    }

    // The first record that has more than separators and blanks. Its place is known before its separator is.
    private sealed class FirstRecord
    {
        private long _searched;
        private bool _hasContent;
        private bool _isQuoted;

        public long Start { get; private set; }

        public long End => _searched;

        public bool HasEnd { get; private set; }

        public void Search(ReadOnlySequence<byte> file)
        {
            foreach (var piece in file.Slice(_searched))
            {
                foreach (var value in piece.Span)
                {
                    if (value is (byte)'\r' or (byte)'\n' && !_isQuoted)
                    {
                        if (_hasContent)
                        {
                            HasEnd = true;
                            return;
                        }

                        Start = _searched + 1;
                    }

                    _isQuoted ^= value == '"';
                    _hasContent |= IsContent(value);
                    _searched++;
                }
            }
        }

        // Separators, blanks, quotes and the byte order mark are no content.
        private static bool IsContent(byte value) =>
            !",;\t \r\n\""u8.Contains(value) && value is not (0xEF or 0xBB or 0xBF);
    }
}

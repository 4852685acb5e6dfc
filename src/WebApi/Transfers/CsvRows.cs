using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CsvHelper;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Reads users from CSV (RFC 4180) with a header. It holds one record in memory at a time.</summary>
internal static class CsvRows
{
    private static readonly StreamPipeReaderOptions BufferOptions = new(bufferSize: 64 * 1024, leaveOpen: true);

    /// <summary>Reads the rows of a file.</summary>
    /// <exception cref="Failure">The file cannot be read any further.</exception>
    public static async IAsyncEnumerable<ImportRow> ReadAsync(
        Stream stream, ColumnMap columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = PipeReader.Create(stream, BufferOptions);
        await using var content = file.AsStream();
        var start = await CsvStart.ReadAsync(file, columns, cancellationToken);
        var quotes = new CsvQuotes(start.Separator);
        await using var reader = CsvReader.Create(
            new Utf8Stream(content, quotes), CreateOptions(start.Separator, quotes), leaveOpen: false);
        var hasHeader = await ReadContentAsync(reader, quotes, cancellationToken);
        // Empty lines may come before a named separator.
        if (hasHeader && start.IsNamed && CsvStart.IsName(reader.GetString(0)))
        {
            hasHeader = await ReadContentAsync(reader, quotes, cancellationToken);
        }

        if (!hasHeader)
        {
            throw Failure.InvalidFile(
                null, "empty_file", $"The file is empty. Its first line must name the columns: {string.Join(", ", CsvColumns.Names)}.");
        }

        var names = Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetString(i).Trim()).ToList();
        var line = reader.LineNumber;
        // A header with one unknown name is always wrong. The next row shows whether it is a header at all.
        if (names.Where(name => name.Length > 0).ToList() is [var single]
            && columns.Find(single) < 0
            && await ReadContentAsync(reader, quotes, cancellationToken)
            && reader.RawRecord.IndexOfAny(",;\t"u8) >= 0)
        {
            throw CsvHeader.LineBefore(single, line);
        }

        var header = CsvHeader.Create(names, line, columns);
        while (await ReadRecordAsync(reader, quotes, cancellationToken))
        {
            yield return IsBlank(reader)
                ? new BlankRow(reader.LineNumber)
                : FindStrayCell(reader, header) ?? ReadUser(reader, header);
        }
    }

    /// <summary>Splits a cell at semicolons and trims the names. A backslash escapes a semicolon or a backslash.</summary>
    public static IReadOnlyList<string> SplitNames(string cell)
    {
        if (!cell.Contains('\\', StringComparison.Ordinal))
        {
            return cell.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }

        var names = new List<string>();
        var name = new StringBuilder();
        for (var i = 0; i <= cell.Length; i++)
        {
            if (i < cell.Length && cell[i] != ';')
            {
                i += cell[i] == '\\' && i + 1 < cell.Length && cell[i + 1] is ';' or '\\' ? 1 : 0;
                name.Append(cell[i]);
            }
            else
            {
                if (name.ToString().Trim() is { Length: > 0 } trimmed)
                {
                    names.Add(trimmed);
                }

                name.Clear();
            }
        }

        return names;
    }

    private static CsvReaderOptions CreateOptions(char separator, CsvQuotes quotes) => new()
    {
        Separator = separator,
        HasHeader = false,
        MaxRecordSize = LongLine.MaxLength,
        TrackLineNumbers = true,
        IncludeValuesInExceptions = false,
        OnMalformedRecord = record => throw (record.Reason switch
        {
            CsvMalformedReason.UnterminatedQuote => UnclosedQuote(quotes.OpenLine ?? record.LineNumber),
            CsvMalformedReason.TextAfterClosingQuote => Invalid(
                record.LineNumber, "A cell has text after its closing quote. Write a quote within quotes twice."),
            _ => Invalid(
                record.LineNumber,
                "A cell has a quote, but does not begin with one. Put the cell in quotes and write each quote in it twice."),
        }),
    };

    private static async ValueTask<bool> ReadRecordAsync(CsvReader reader, CsvQuotes quotes, CancellationToken cancellationToken)
    {
        try
        {
            var hasRecord = await reader.ReadAsync(cancellationToken);
            return reader.RawRecord.Length <= LongLine.MaxLength ? hasRecord : throw LongLine.At(reader.LineNumber);
        }
        catch (CsvFormatException exception)
        {
            // OnMalformedRecord handles all other faults, so this record is too large. Often an open quote is the cause.
            throw quotes.OpenLine is { } line ? UnclosedQuote(line) : LongLine.At(exception.LineNumber);
        }
    }

    // Passes over rows without content.
    private static async ValueTask<bool> ReadContentAsync(CsvReader reader, CsvQuotes quotes, CancellationToken cancellationToken)
    {
        while (await ReadRecordAsync(reader, quotes, cancellationToken))
        {
            if (!IsBlank(reader))
            {
                return true;
            }
        }

        return false;
    }

    // Returns null if every cell has a column and every cell with content has a named column.
    private static UnreadableRow? FindStrayCell(CsvReader reader, CsvHeader header)
    {
        if (reader.FieldCount < header.MinCellCount)
        {
            return new UnreadableRow(reader.LineNumber, null, new Fault(
                "wrong_cell_count", $"Must have {header.CellCount} cells like the header. It has {reader.FieldCount}."));
        }

        foreach (var index in header.NamelessCells)
        {
            // A short row must not cost as much as a long header.
            if (index >= reader.FieldCount)
            {
                break;
            }

            if (HasContent(reader, index))
            {
                return Refuse(
                    reader, index, "unnamed_column", "has content, but its column has no name. Name the column or empty the cell.");
            }
        }

        for (var i = header.CellCount; i < reader.FieldCount; i++)
        {
            if (HasContent(reader, i))
            {
                return Refuse(
                    reader,
                    i,
                    "wrong_cell_count",
                    $"has content, but the header has {header.CellCount} columns. Put a cell with a separator in it in quotes.");
            }
        }

        return null;
    }

    // Such a cell has no name, so the report names it by its number.
    private static UnreadableRow Refuse(CsvReader reader, int index, string code, string detail)
    {
        var number = (index + 1).ToString(CultureInfo.InvariantCulture);
        return new UnreadableRow(reader.LineNumber, number, new Fault(code, $"Cell {number} {detail}"));
    }

    private static bool IsBlank(CsvReader reader)
    {
        for (var i = 0; i < reader.FieldCount; i++)
        {
            if (HasContent(reader, i))
            {
                return false;
            }
        }

        return true;
    }

    // Most cells begin with an ASCII letter. They need no text.
    private static bool HasContent(CsvReader reader, int index)
    {
        var rest = reader.GetSpan(index).TrimStart(" \t\r\n"u8);
        return rest.Length > 0 && (rest[0] is > 0x20 and < 0x80 || !string.IsNullOrWhiteSpace(reader.GetString(index)));
    }

    private static ImportRow ReadUser(CsvReader reader, CsvHeader header)
    {
        var email = ReadCell(reader, header.CellOf(CsvColumns.Email));
        var role = ReadCell(reader, header.CellOf(CsvColumns.Role));
        var userGroups = ReadCell(reader, header.CellOf(CsvColumns.UserGroups));
        var isBlank = (email ?? role ?? userGroups) is null;
        var texts = new Optional<string?>[ImportColumns.Users.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            if (header.CellOf(CsvColumns.FirstText + i) is >= 0 and var index)
            {
                var text = ReadCell(reader, index);
                texts[i] = new(text);
                isBlank &= text is null;
            }
        }

        // The other columns may have content that the import ignores.
        if (isBlank)
        {
            return new BlankRow(reader.LineNumber);
        }

        // An empty cell clears its value.
        return new ImportUserRow(reader.LineNumber)
        {
            Email = email is null ? default : new(email),
            Texts = new(texts),
            Role = role is null ? default : new(role),
            UserGroups = header.CellOf(CsvColumns.UserGroups) < 0 ? default : new(userGroups is null ? [] : SplitNames(userGroups)),
        };
    }

    // A blank cell counts as empty.
    private static string? ReadCell(CsvReader reader, int index) =>
        index >= 0 && reader.GetString(index) is var cell && !string.IsNullOrWhiteSpace(cell) ? cell : null;

    private static Failure UnclosedQuote(long line) => Failure.InvalidFile(
        line, "unclosed_quote", "A cell begins with a quote on this line, and the quote is never closed.");

    private static Failure Invalid(long line, string detail) => Failure.InvalidFile(line, "invalid_csv", detail);
}

using System.Runtime.CompilerServices;
using System.Text;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Json;
using CsvHelper;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Reads users from CSV (RFC 4180) with a header. It holds one record in memory at a time.</summary>
internal static class CsvRows
{
    /// <summary>Reads the rows of a file.</summary>
    /// <exception cref="Failure">The file cannot be read any further.</exception>
    public static async IAsyncEnumerable<ImportRow> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var quotes = new CsvQuotes();
        await using var reader = CsvReader.Create(new Utf8Stream(stream, quotes), CreateOptions(quotes), leaveOpen: false);
        if (!await ReadRecordAsync(reader, quotes, cancellationToken))
        {
            throw Failure.InvalidFile(
                null, "empty_file", $"The file is empty. Its first line must name the columns: {string.Join(", ", CsvColumns.Names)}.");
        }

        var header = ReadHeader(reader);
        var cellCount = reader.FieldCount;
        while (await ReadRecordAsync(reader, quotes, cancellationToken))
        {
            yield return reader.FieldCount == cellCount
                ? ReadUser(reader, header)
                : new UnreadableRow(reader.LineNumber, null, new Fault(
                    "wrong_cell_count", $"Must have {cellCount} cells like the header. It has {reader.FieldCount}."));
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

    private static CsvReaderOptions CreateOptions(CsvQuotes quotes) => new()
    {
        Separator = ',',
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

    // Returns for each column the index of its cell, or -1 if the file does not have the column.
    private static int[] ReadHeader(CsvReader reader)
    {
        var names = CsvColumns.Names;
        var header = new int[names.Length];
        Array.Fill(header, -1);
        for (var i = 0; i < reader.FieldCount; i++)
        {
            var name = reader.GetString(i).Trim();
            var column = Array.FindIndex(names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (column < 0)
            {
                var hint = reader.FieldCount == 1 && name.AsSpan().ContainsAny(";\t|") ? " Columns are separated by commas." : "";
                throw Failure.InvalidFile(
                    reader.LineNumber,
                    "unknown_column",
                    $"Unknown column \"{Show(name)}\". Known columns: {string.Join(", ", names)}.{hint}");
            }

            if (header[column] >= 0)
            {
                throw Failure.InvalidFile(reader.LineNumber, "duplicate_column", $"The header names the column {names[column]} twice.");
            }

            header[column] = i;
        }

        return header[CsvColumns.Email] >= 0
            ? header
            : throw Failure.InvalidFile(
                reader.LineNumber, "missing_column", $"The column {names[CsvColumns.Email]} is missing. The import finds users by it.");
    }

    private static ImportUserRow ReadUser(CsvReader reader, int[] header)
    {
        var email = ReadCell(reader, header[CsvColumns.Email]);
        var role = ReadCell(reader, header[CsvColumns.Role]);
        var userGroups = ReadCell(reader, header[CsvColumns.UserGroups]);
        var isBlank = (email ?? role ?? userGroups) is null;
        var texts = new Optional<string?>[ImportColumns.Users.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            if (header[CsvColumns.FirstText + i] is >= 0 and var index)
            {
                var text = ReadCell(reader, index);
                texts[i] = new(text);
                isBlank &= text is null;
            }
        }

        // An empty cell clears its value, unless all cells are empty.
        return new ImportUserRow(reader.LineNumber)
        {
            Email = email is null ? default : new(email),
            Texts = isBlank ? default : new(texts),
            Role = role is null ? default : new(role),
            UserGroups = isBlank || header[CsvColumns.UserGroups] < 0 ? default : new(userGroups is null ? [] : SplitNames(userGroups)),
        };
    }

    // A blank cell counts as empty.
    private static string? ReadCell(CsvReader reader, int index) =>
        index >= 0 && reader.GetString(index) is var cell && !string.IsNullOrWhiteSpace(cell) ? cell : null;

    // Safe to show in a terminal and in JSON.
    private static string Show(string name) => ReadingFaults.Shorten(
        string.Concat(name.Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '\uFFFD' : character)));

    private static Failure UnclosedQuote(long line) => Failure.InvalidFile(
        line, "unclosed_quote", "A cell begins with a quote on this line, and the quote is never closed.");

    private static Failure Invalid(long line, string detail) => Failure.InvalidFile(line, "invalid_csv", detail);
}

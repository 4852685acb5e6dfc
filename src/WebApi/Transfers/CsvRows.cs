using System.Runtime.CompilerServices;
using System.Text;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Requests;
using CsvHelper;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Reads users from CSV (RFC 4180) with a header. Takes no more memory than the longest record.</summary>
internal static class CsvRows
{
    private static readonly string[] Columns = ["email", "first_name", "last_name", "role", "user_groups"];

    /// <summary>The rows of a file.</summary>
    /// <exception cref="Failure">The file cannot be read any further.</exception>
    public static async IAsyncEnumerable<ImportRow> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var quotes = new CsvQuotes();
        await using var reader = CsvReader.Create(new Utf8Stream(stream, quotes), CreateOptions(quotes), leaveOpen: false);
        if (!await ReadRecordAsync(reader, quotes, cancellationToken))
        {
            throw Failure.InvalidFile(null, "empty_file", $"The file is empty. Its first line must name the columns: {string.Join(", ", Columns)}.");
        }

        var header = ReadHeader(reader);
        var cellCount = reader.FieldCount;
        while (await ReadRecordAsync(reader, quotes, cancellationToken))
        {
            yield return reader.FieldCount == cellCount
                ? ReadUser(reader, header)
                : new UnreadableRow(reader.LineNumber, null, new Fault(
                    "wrong_cell_count", $"Must have {cellCount} cells, as the header has; has {reader.FieldCount}."));
        }
    }

    /// <summary>The names in a cell: separated by semicolons, each trimmed; a backslash before a semicolon or a backslash is none itself.</summary>
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
            CsvMalformedReason.TextAfterClosingQuote => Invalid(record.LineNumber, "There is text behind the closing quote of a cell. A quote within quotes is written twice."),
            _ => Invalid(record.LineNumber, "There is a quote in a cell that does not begin with one. Put the cell in quotes, and write each quote in it twice."),
        }),
    };

    private static async ValueTask<bool> ReadRecordAsync(CsvReader reader, CsvQuotes quotes, CancellationToken cancellationToken)
    {
        try
        {
            var isThere = await reader.ReadAsync(cancellationToken);
            return reader.RawRecord.Length <= LongLine.MaxLength ? isThere : throw LongLine.At(reader.LineNumber);
        }
        catch (CsvFormatException exception)
        {
            // Malformed records are told of above, so this one is too large; more often than not because a quote swallows the rest.
            throw quotes.OpenLine is { } line ? UnclosedQuote(line) : LongLine.At(exception.LineNumber);
        }
    }

    private static int[] ReadHeader(CsvReader reader)
    {
        var header = new int[Columns.Length];
        Array.Fill(header, -1);
        for (var i = 0; i < reader.FieldCount; i++)
        {
            var name = reader.GetString(i).Trim();
            var column = Array.FindIndex(Columns, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (column < 0)
            {
                var hint = reader.FieldCount == 1 && name.AsSpan().ContainsAny(";\t|") ? " Columns are separated by commas." : "";
                throw Failure.InvalidFile(
                    reader.LineNumber, "unknown_column", $"There is no column \"{Show(name)}\"; there are {string.Join(", ", Columns)}.{hint}");
            }

            if (header[column] >= 0)
            {
                throw Failure.InvalidFile(reader.LineNumber, "duplicate_column", $"The column {Columns[column]} is there twice.");
            }

            header[column] = i;
        }

        return header[0] >= 0
            ? header
            : throw Failure.InvalidFile(reader.LineNumber, "missing_column", $"There is no column {Columns[0]}, by which users are found.");
    }

    private static ImportUserRow ReadUser(CsvReader reader, int[] header)
    {
        var (email, firstName, lastName, role, userGroups) = (
            ReadCell(reader, header[0]), ReadCell(reader, header[1]), ReadCell(reader, header[2]), ReadCell(reader, header[3]), ReadCell(reader, header[4]));

        // Of a row without anything there is nothing to say; the empty cells of any other clear what they are about.
        var isBlank = (email ?? firstName ?? lastName ?? role ?? userGroups) is null;
        return new ImportUserRow(reader.LineNumber)
        {
            Email = email is null ? default : new(email),
            FirstName = isBlank || header[1] < 0 ? default : new(firstName),
            LastName = isBlank || header[2] < 0 ? default : new(lastName),
            Role = role is null ? default : new(role),
            UserGroups = isBlank || header[4] < 0 ? default : new(userGroups is null ? [] : SplitNames(userGroups)),
        };
    }

    // Blank cells are empty ones.
    private static string? ReadCell(CsvReader reader, int index) =>
        index >= 0 && reader.GetString(index) is var cell && !string.IsNullOrWhiteSpace(cell) ? cell : null;

    // For a terminal as well as for JSON.
    private static string Show(string name) => ReadingFaults.Shorten(
        string.Concat(name.Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '\uFFFD' : character)));

    private static Failure UnclosedQuote(long line) => Failure.InvalidFile(
        line, "unclosed_quote", "A cell begins with a quote here, and the quote is never closed.");

    private static Failure Invalid(long line, string detail) => Failure.InvalidFile(line, "invalid_csv", detail);
}

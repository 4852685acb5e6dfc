using CleanWorkspace.Application;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The header of a CSV file: the cell of each property.</summary>
internal sealed class CsvHeader
{
    private const string Advice = "Rename them, or use the options columns and ignore_other_columns "
        + "(on the command line --columns and --ignore-other-columns).";

    // PowerShell writes the name of a class after it.
    private const string TypePrefix = "#TYPE";

    private readonly int[] _cells = new int[CsvColumns.Names.Length];

    private CsvHeader() => Array.Fill(_cells, -1);

    /// <summary>The number of columns.</summary>
    public int CellCount { get; private init; }

    /// <summary>The smallest number of cells of a row. A row may end before the last columns if they have no name.</summary>
    public int MinCellCount { get; private set; }

    /// <summary>The indexes of columns without a name that must not have content.</summary>
    public IReadOnlyList<int> NamelessCells { get; private set; } = [];

    /// <summary>Reads the names of the columns.</summary>
    /// <param name="names">The cells of the header.</param>
    /// <param name="line">The line of the header.</param>
    /// <param name="columns">The map of the names.</param>
    /// <exception cref="Failure">The header is wrong. The failure names all unknown columns.</exception>
    public static CsvHeader Create(IReadOnlyList<string> names, long line, ColumnMap columns)
    {
        if (columns.FindMissing(names) is [_, ..] missing)
        {
            throw Failure.InvalidFile(
                line,
                "missing_column",
                $"The file lacks the columns that the option columns names: {ColumnMap.Show(missing)}. "
                    + $"Its columns: {ColumnMap.Show([.. names.Where(name => name.Length > 0)])}.");
        }

        var header = new CsvHeader { CellCount = names.Count };
        var unknown = new List<string>();
        var nameless = new List<int>();
        var repeated = default(string);
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Length == 0)
            {
                nameless.Add(i);
                continue;
            }

            header.MinCellCount = i + 1;
            var column = columns.Find(names[i]);
            if (column == ColumnMap.Unknown)
            {
                unknown.Add(names[i]);
            }
            else if (column >= 0 && header._cells[column] is >= 0 and var first)
            {
                repeated ??= $"The columns {ColumnMap.Show(names[first])} and {ColumnMap.Show(names[i])} both have the property "
                    + $"{CsvColumns.Names[column]}. Remove one, or let the import ignore one (columns).";
            }
            else if (column >= 0)
            {
                header._cells[column] = i;
            }
        }

        // An import that ignores other columns ignores those without a name too.
        header.NamelessCells = columns.IgnoresOthers ? [] : nameless;
        return unknown.Count > 0 ? throw UnknownColumns(unknown, line, header)
            : repeated is not null ? throw Failure.InvalidFile(line, "duplicate_column", repeated)
            : header.CellOf(CsvColumns.Email) < 0 ? throw MissingEmail(line)
            : header;
    }

    /// <summary>The failure for a line that comes before the header.</summary>
    public static Failure LineBefore(string name, long line)
    {
        var isType = name.StartsWith(TypePrefix, StringComparison.OrdinalIgnoreCase);
        return Failure.InvalidFile(
            line,
            "missing_header",
            $"The line {ColumnMap.Show(isType ? $"{TypePrefix} …" : name)} is not a header, because the next line has more columns. "
                + $"Delete this line.{(isType ? " PowerShell does not write it with Export-Csv -NoTypeInformation." : "")}");
    }

    /// <summary>Returns the index of the property's cell, or -1 if the file does not have the property.</summary>
    public int CellOf(int column) => _cells[column];

    private static Failure UnknownColumns(List<string> names, long line, CsvHeader header)
    {
        var email = header.CellOf(CsvColumns.Email) < 0 ? $" The column {CsvColumns.Names[CsvColumns.Email]} is missing." : "";
        var separators = names is [var name] && header.CellCount == 1 && name.Contains('|', StringComparison.Ordinal)
            ? " Columns are separated by commas, semicolons or tabs."
            : "";
        return Failure.InvalidFile(
            line,
            "unknown_column",
            $"Unknown {(names.Count == 1 ? "column" : "columns")}: {ColumnMap.Show(names)}. "
                + $"Known columns: {string.Join(", ", CsvColumns.Names)}.{email}{separators} {Advice}");
    }

    private static Failure MissingEmail(long line) => Failure.InvalidFile(
        line,
        "missing_column",
        $"The column {CsvColumns.Names[CsvColumns.Email]} is missing. The import finds users by it. If another column has the addresses, "
            + "map it with the option columns, such as Work Email=email.");
}

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>Writes tables in Markdown with aligned columns.</summary>
internal static class Table
{
    public static string Write(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend(headings).ToList();
        var widths = headings.Select((_, column) => Math.Max(3, lines.Max(line => line[column].Length))).ToList();
        // The first column has text, the others have numbers.
        var rule = widths.Select((width, column) => column == 0 ? new string('-', width) : new string('-', width - 1) + ":").ToList();
        lines.Insert(1, rule);
        return string.Concat(lines.Select(line => $"| {string.Join(" | ", line.Select(Align))} |\n"));

        string Align(string cell, int column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]);
    }
}

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>A table as Markdown, which can also be read as it is.</summary>
internal static class Table
{
    public static string Write(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend(heads).ToList();
        var widths = heads.Select((_, column) => Math.Max(3, lines.Max(line => line[column].Length))).ToList();
        // The first column is of words, the others are of numbers.
        var rule = widths.Select((width, column) => column == 0 ? new string('-', width) : new string('-', width - 1) + ":").ToList();
        lines.Insert(1, rule);
        return string.Concat(lines.Select(line =>
            $"| {string.Join(" | ", line.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])))} |\n"));
    }
}

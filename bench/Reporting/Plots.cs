using System.Globalization;
using System.Text.RegularExpressions;
using CleanWorkspace.Benchmarks.Measuring;
using ScottPlot;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>Plots of the response time against the number of users.</summary>
internal static partial class Plots
{
    private const int Width = 820;
    private const int Height = 460;

    /// <summary>Draws the measured operations into SVG files of a folder. Returns the files with their titles.</summary>
    public static IReadOnlyList<(string File, string Title)> Draw(string folder, IReadOnlyList<Growth> growth)
    {
        (string File, string Title, string[] Lines)[] plots =
        [
            ("operations.svg", "Operations on users and groups", [.. Operation.Compared.Select(operation => operation.Name)]),
            ("lists.svg", "Lists of users", ["list-users", "next-page", "page", "fields", "role", "user-group", "sort", Growth.Search]),
            ("groups.svg", "Large groups", ["members", "group-fields", "group-search", Growth.MemberOfSmall, Growth.MemberOfBig]),
        ];
        Directory.CreateDirectory(folder);
        var drawn = new List<(string, string)>();
        foreach (var (file, title, names) in plots)
        {
            var lines = growth.Where(line => names.Contains(line.Name)).ToList();
            if (lines.Count > 0)
            {
                // The reader's machine may lack the fonts of this machine.
                var drawing = FontFamily().Replace(Draw(title, lines).GetSvgXml(Width, Height), "font-family=\"sans-serif\"");
                File.WriteAllText(Path.Combine(folder, file), drawing.TrimEnd() + "\n");
                drawn.Add((file, title));
            }
        }

        return drawn;
    }

    private static Plot Draw(string title, List<Growth> lines)
    {
        var plot = new Plot();
        foreach (var line in lines)
        {
            var costs = line.Costs.OrderBy(cost => cost.Key).ToList();
            var scatter = plot.Add.Scatter(
                costs.Select(cost => Math.Log10(cost.Key)).ToArray(), costs.Select(cost => Math.Log10(cost.Value.P50)).ToArray());
            scatter.LegendText = line.Title;
            scatter.LineWidth = 2;
            scatter.MarkerSize = 7;
        }

        plot.Title($"{title}: p50 of the service, one connection");
        plot.XLabel("users");
        plot.YLabel("milliseconds");
        plot.Axes.Bottom.TickGenerator = PowersOfTen("#,0");
        plot.Axes.Left.TickGenerator = PowersOfTen("#,0.###");
        plot.ShowLegend(Edge.Right);
        return plot;
    }

    // The values on the axes are logarithms.
    private static ScottPlot.TickGenerators.NumericAutomatic PowersOfTen(string format) => new()
    {
        IntegerTicksOnly = true,
        LabelFormatter = exponent => Math.Pow(10, exponent).ToString(format, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("font-family=\"[^\"]*\"")]
    private static partial Regex FontFamily();
}

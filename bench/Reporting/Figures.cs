using System.Globalization;
using CleanWorkspace.Benchmarks.Measuring;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>The tables of what was measured.</summary>
internal static class Figures
{
    public static string Of(IEnumerable<Comparison> comparisons) => Table.Write(
        ["operation", "ratio", "requests/s", "floor", "p50 ms", "floor", "p99 ms", "floor", "p99 ratio", "CPU µs", "floor", "database µs", "floor"],
        comparisons.Select(comparison =>
        {
            var service = Comparison.Median(comparison.Service);
            var floor = Comparison.Median(comparison.Floor);
            return (string[])
            [
                Operation.Titled(comparison.Name),
                $"{comparison.Ratio.Show("0.00")}",
                service.Rate.Show("0"), floor.Rate.Show("0"),
                service.P50.Show("0.00"), floor.P50.Show("0.00"),
                service.P99.Show("0.00"), floor.P99.Show("0.00"), comparison.TailRatio.Show("0.00"),
                service.ProgramMicros.Show("0"), floor.ProgramMicros.Show("0"),
                service.DatabaseMicros.Show("0"), floor.DatabaseMicros.Show("0"),
            ];
        }));

    public static string Of(IEnumerable<Limit> limits) => Table.Write(
        ["operation", "transactions/s", "database µs"],
        limits.Select(limit => (string[])[Operation.Titled(limit.Name), limit.Rate.Show("0"), limit.DatabaseMicros.Show("0")]));

    public static string Of(IReadOnlyList<Growth> growth, Func<Load, double?> valueOf, string format)
    {
        var sizes = growth.SelectMany(line => line.Costs.Keys).Distinct().Order().ToList();
        return Table.Write(
            [" ", .. sizes.Select(size => $"{((double)size).Show("#,0")} users"), "factor"],
            growth.Select(line => (string[])
            [
                line.Title,
                .. sizes.Select(size => valueOf(line.Costs[size]).Show(format)),
                (valueOf(line.Costs[sizes[^1]]) / valueOf(line.Costs[sizes[0]])).Show("0.0"),
            ]));
    }

    public static string Of(Footprint service, Footprint floor) => Table.Write(
        [" ", "service", "floor"],
        [
            ["start to first answer, s, median", service.StartUp.Show("0.00"), floor.StartUp.Show("0.00")],
            ["memory at the first answer, MiB", service.MemoryAtStart.Show("0"), floor.MemoryAtStart.Show("0")],
            ["memory after load, MiB", service.MemoryAfterLoad.Show("0"), floor.MemoryAfterLoad.Show("0")],
            ["most memory under load, MiB", service.MostMemory.Show("0"), floor.MostMemory.Show("0")],
        ]);

    public static string Of(Import import) => Table.Write(
        ["rows", "import, rows/s", "COPY, rows/s", "ratio", "most memory, MiB"],
        [[
            ((double)import.Rows).Show("#,0"), import.Rate.Show("#,0"), import.CopyRate.Show("#,0"), import.Ratio.Show("0.00"),
            import.MostMemory.Show("0"),
        ]]);

    public static string Of(IEnumerable<Verdict> verdicts) => Table.Write(
        ["target", "measured", "limit", "reached"],
        verdicts.Select(verdict => (string[])[verdict.Target, verdict.Measured, verdict.Limit, verdict.IsReached ? "yes" : "**no**"]));

    public static string Show(this double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    public static string Show(this double? value, string format) => value?.Show(format) ?? "?";
}

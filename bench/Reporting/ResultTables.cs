using System.Globalization;
using CleanWorkspace.Benchmarks.Measuring;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>The tables of the results.</summary>
internal static class ResultTables
{
    public static string Of(IEnumerable<Comparison> comparisons) => Table.Write(
        [
            "operation", "ratio", "requests/s", "floor", "p50 ms", "floor", "p99 ms", "floor", "p99 ratio", "CPU µs", "floor",
            "database µs", "floor",
        ],
        comparisons.Select(comparison =>
        {
            var service = Comparison.Median(comparison.Service);
            var floor = Comparison.Median(comparison.Floor);
            return (string[])
            [
                Operation.TitleOf(comparison.Name),
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
        limits.Select(limit => (string[])[Operation.TitleOf(limit.Name), limit.Rate.Show("0"), limit.DatabaseMicros.Show("0")]));

    public static string Of(IReadOnlyList<Growth> growth, Func<Load, double?> valueOf, string format)
    {
        var sizes = growth.SelectMany(operation => operation.Costs.Keys).Distinct().Order().ToList();
        return Table.Write(
            [" ", .. sizes.Select(size => $"{((double)size).Show("#,0")} users"), "factor"],
            growth.Select(operation => (string[])
            [
                operation.Title,
                .. sizes.Select(size => valueOf(operation.Costs[size]).Show(format)),
                (valueOf(operation.Costs[sizes[^1]]) / valueOf(operation.Costs[sizes[0]])).Show("0.0"),
            ]));
    }

    public static string Of(Footprint service, Footprint floor) => Table.Write(
        [" ", "service", "floor"],
        [
            ["time from start to first answer, s, median", service.StartUp.Show("0.00"), floor.StartUp.Show("0.00")],
            ["memory at the first answer, MiB", service.MemoryAtStart.Show("0"), floor.MemoryAtStart.Show("0")],
            ["memory after load, MiB", service.MemoryAfterLoad.Show("0"), floor.MemoryAfterLoad.Show("0")],
            ["peak memory under load, MiB", service.PeakMemory.Show("0"), floor.PeakMemory.Show("0")],
        ]);

    public static string Of(Import import) => Table.Write(
        ["rows", "import, rows/s", "COPY, rows/s", "ratio", "peak memory, MiB"],
        [[
            ((double)import.Rows).Show("#,0"), import.Rate.Show("#,0"), import.CopyRate.Show("#,0"), import.Ratio.Show("0.00"),
            import.PeakMemory.Show("0"),
        ]]);

    public static string Of(Feed feed) => Table.Write(
        ["events behind", "events/s", "followers", "p50 ms", "p99 ms"],
        [[
            ((double)feed.Events).Show("#,0"), feed.CatchUpRate.Show("#,0"), ((double)feed.Followers).Show("#,0"), feed.P50.Show("0"),
            feed.P99.Show("0"),
        ]]);

    public static string Of(MetricsCost metrics)
    {
        var (with, without) = (Comparison.Median(metrics.With), Comparison.Median(metrics.Without));
        return Table.Write(
            ["a read by id", "with metrics", "without"],
            [
                ["CPU µs", with.ProgramMicros.Show("0.0"), without.ProgramMicros.Show("0.0")],
                ["requests/s", with.Rate.Show("0"), without.Rate.Show("0")],
            ]);
    }

    public static string Of(IEnumerable<TargetResult> targets) => Table.Write(
        ["target", "measured", "limit", "reached"],
        targets.Select(target => (string[])[target.Target, target.Measured, target.Limit, target.IsReached ? "yes" : "**no**"]));

    public static string Show(this double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    public static string Show(this double? value, string format) => value?.Show(format) ?? "?";
}

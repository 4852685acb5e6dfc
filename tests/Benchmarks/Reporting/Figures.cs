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
                Operation.Compared.Single(operation => operation.Name == comparison.Name).Title,
                $"{comparison.Ratio.Show("0.00")}",
                service.Rate.Show("0"), floor.Rate.Show("0"),
                service.P50.Show("0.00"), floor.P50.Show("0.00"),
                service.P99.Show("0.00"), floor.P99.Show("0.00"), comparison.TailRatio.Show("0.00"),
                service.ProgramMicros.Show("0"), floor.ProgramMicros.Show("0"),
                service.DatabaseMicros.Show("0"), floor.DatabaseMicros.Show("0"),
            ];
        }));

    public static string Show(this double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    public static string Show(this double? value, string format) => value?.Show(format) ?? "?";
}

using CleanWorkspace.Benchmarks.Measuring;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>A target, and whether it was reached.</summary>
internal sealed record Verdict(string Target, string Measured, string Limit, bool IsReached)
{
    private const double LeastRatio = 0.75;
    private const double MostTailRatio = 2;
    private const double MostMemory = 250;
    private const double MostStartUp = 1.5;
    private const double MostGrowth = 1.5;
    private const double MostMemberRatio = 2;
    private const double MostSearchMilliseconds = 50;
    private const double LeastImportRate = 20_000;
    private const double LeastImportRatio = 0.5;
    private const double MostImportMemory = 300;

    public static IEnumerable<Verdict> Of(Measurements results)
    {
        var connections = results.Comparisons.Count > 0 ? results.Comparisons[0].Connections : 0;
        foreach (var one in results.Comparisons.Where(one => one.Connections == connections))
        {
            yield return AtLeast($"{Title(one)}: requests a second, to the floor's", one.Ratio, LeastRatio);
        }

        foreach (var one in results.Comparisons.Where(one => one.Connections == connections))
        {
            yield return AtMost($"{Title(one)}: p99, to the floor's", one.TailRatio, MostTailRatio);
        }

        yield return AtMost("memory after load, MiB", results.Service.MemoryAfterLoad, MostMemory, "0");
        yield return AtMost("start to first answer, s", results.Service.StartUp, MostStartUp);
        foreach (var line in results.Growth.Where(line => line.Costs.Count > 1 && Measuring.Growth.Flat.Contains(line.Name)))
        {
            yield return AtMost($"{line.Title}: p50 with the most users, to the fewest", line.Factor, MostGrowth);
        }

        if (Find(results, Measuring.Growth.MemberOfBig) is { } big && Find(results, Measuring.Growth.MemberOfSmall) is { } small)
        {
            yield return AtMost("one member of the big group, to one of the group of 10", big.P50 / small.P50, MostMemberRatio);
        }

        if (Find(results, Measuring.Growth.Search) is { } search)
        {
            yield return AtMost("search with the most users, p50 in ms", search.P50, MostSearchMilliseconds);
        }

        if (results.Import is { } import)
        {
            yield return AtLeast("import of new users, rows a second", import.Rate, LeastImportRate);
            yield return AtLeast("import of new users, to COPY", import.Ratio, LeastImportRatio);
            yield return AtMost("most memory of the import, MiB", import.MostMemory, MostImportMemory, "0");
        }
    }

    private static Load? Find(Measurements results, string name) =>
        results.Growth.FirstOrDefault(line => line.Name == name)?.Costs.MaxBy(cost => cost.Key).Value;

    private static string Title(Comparison comparison) => Operation.Titled(comparison.Name);

    private static Verdict AtLeast(string target, double value, double limit) => new(target, value.Show("0.00"), $"≥ {limit.Show("0.##")}", value >= limit);

    private static Verdict AtMost(string target, double value, double limit, string format = "0.00") =>
        new(target, value.Show(format), $"≤ {limit.Show("0.##")}", value <= limit);
}

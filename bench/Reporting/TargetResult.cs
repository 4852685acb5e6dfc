using CleanWorkspace.Benchmarks.Measuring;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>A target and the measured value.</summary>
internal sealed record TargetResult(string Target, string Measured, string Limit, bool IsReached)
{
    private const double MinRatio = 0.85;
    private const double MaxTailRatio = 2;
    private const double MaxMemory = 215;
    private const double MaxStartUp = 1.5;
    private const double MaxGrowth = 1.5;
    private const double MaxMemberRatio = 2;
    private const double MaxSearchMilliseconds = 50;
    private const double MinImportRate = 20_000;
    private const double MinImportRatio = 0.5;
    private const double MaxImportMemory = 300;
    private const double MinCatchUpRate = 20_000;
    private const double MaxEventMilliseconds = 300;
    private const double MaxMetricsRatio = 1.03;

    public static IEnumerable<TargetResult> Of(Measurements results)
    {
        var connections = results.Comparisons.Count > 0 ? results.Comparisons[0].Connections : 0;
        foreach (var comparison in results.Comparisons.Where(comparison => comparison.Connections == connections))
        {
            yield return AtLeast($"{Title(comparison)}: requests per second, ratio to the floor", comparison.Ratio, MinRatio);
        }

        foreach (var comparison in results.Comparisons.Where(comparison => comparison.Connections == connections))
        {
            yield return AtMost($"{Title(comparison)}: p99, ratio to the floor", comparison.TailRatio, MaxTailRatio);
        }

        yield return AtMost("memory after load, MiB", results.Service.MemoryAfterLoad, MaxMemory, "0");
        yield return AtMost("time from start to first answer, s", results.Service.StartUp, MaxStartUp);
        foreach (var operation in results.Growth.Where(growth => growth.Costs.Count > 1 && Growth.SizeIndependent.Contains(growth.Name)))
        {
            yield return AtMost($"{operation.Title}: p50, ratio of the most users to the fewest", operation.Factor, MaxGrowth);
        }

        if (Find(results, Growth.MemberOfBig) is { } big && Find(results, Growth.MemberOfSmall) is { } small)
        {
            var ratio = big.P50 / small.P50;
            yield return AtMost("adding or removing one member: p50, ratio of the big group to the small group", ratio, MaxMemberRatio);
        }

        if (Find(results, Growth.Search) is { } search)
        {
            yield return AtMost("search with the most users: p50, ms", search.P50, MaxSearchMilliseconds);
        }

        if (results.Import is { } import)
        {
            yield return AtLeast("import of new users, rows per second", import.Rate, MinImportRate);
            yield return AtLeast("import of new users, ratio to COPY", import.Ratio, MinImportRatio);
            yield return AtMost("peak memory of the import, MiB", import.PeakMemory, MaxImportMemory, "0");
        }

        if (results.Feed is { } feed)
        {
            yield return AtLeast("follower that is behind, events per second", feed.CatchUpRate, MinCatchUpRate);
            yield return AtMost($"event at {feed.Followers} followers: p99, ms", feed.P99, MaxEventMilliseconds, "0");
        }

        if (results.Metrics is { } metrics)
        {
            yield return AtMost("a read by id with metrics: CPU, ratio to without", metrics.Ratio, MaxMetricsRatio);
        }
    }

    private static Load? Find(Measurements results, string name) =>
        results.Growth.FirstOrDefault(growth => growth.Name == name)?.Costs.MaxBy(cost => cost.Key).Value;

    private static string Title(Comparison comparison) => Operation.TitleOf(comparison.Name);

    private static TargetResult AtLeast(string target, double value, double limit) =>
        new(target, value.Show("0.00"), $"≥ {limit.Show("0.##")}", value >= limit);

    private static TargetResult AtMost(string target, double value, double limit, string format = "0.00") =>
        new(target, value.Show(format), $"≤ {limit.Show("0.##")}", value <= limit);
}

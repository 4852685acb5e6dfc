using CleanWorkspace.Benchmarks.Measuring;

namespace CleanWorkspace.Benchmarks;

/// <summary>The settings of one run of the benchmark.</summary>
internal sealed record BenchmarkSettings
{
    /// <summary>The numbers of users, ascending. Each is a database of its own.</summary>
    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>The numbers of concurrent connections. The targets apply to the first.</summary>
    public required IReadOnlyList<int> Connections { get; init; }

    public required int Rounds { get; init; }

    /// <summary>The duration of each run of wrk or pgbench.</summary>
    public required int Seconds { get; init; }

    /// <summary>True to compare only service and floor.</summary>
    public required bool IsQuick { get; init; }

    /// <summary>The names of the operations to measure. If empty, all are measured.</summary>
    public required IReadOnlyList<string> Only { get; init; }

    /// <summary>The path of the report, relative to the repository, or null for no report.</summary>
    public required string? Output { get; init; }

    /// <summary>The path of a service that is already built, or null to publish it.</summary>
    public required string? Service { get; init; }

    public bool IncludesImport => Only.Count == 0 ? !IsQuick : Only.Contains(Import.Name);

    public bool IncludesFeed => Only.Count == 0 ? !IsQuick : Only.Contains(Feed.Name);

    public bool IncludesMetrics => Only.Count == 0 ? !IsQuick : Only.Contains(MetricsCost.Name);

    public bool Includes(Operation operation) => Only.Count == 0 || Only.Contains(operation.Name);
}

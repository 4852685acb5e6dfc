using CleanWorkspace.Benchmarks.Measuring;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>The results of one run of the benchmark.</summary>
internal sealed record Measurements
{
    public required DateTimeOffset At { get; init; }

    public required Machine Machine { get; init; }

    public required int Rounds { get; init; }

    public required int Seconds { get; init; }

    /// <summary>The number of users in the database on which service and floor were compared.</summary>
    public required int Users { get; init; }

    public required Footprint Service { get; init; }

    public required Footprint Floor { get; init; }

    public required IReadOnlyList<Comparison> Comparisons { get; init; }

    public required IReadOnlyList<Limit> Limits { get; init; }

    public required IReadOnlyList<Growth> Growth { get; init; }

    /// <summary>Null if no import was measured.</summary>
    public required Import? Import { get; init; }

    /// <summary>Null if the feed of events was not measured.</summary>
    public required Feed? Feed { get; init; }

    /// <summary>Null if the cost of metrics was not measured.</summary>
    public required MetricsCost? Metrics { get; init; }
}

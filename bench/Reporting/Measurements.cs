using CleanWorkspace.Benchmarks.Measuring;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>All that was measured.</summary>
internal sealed record Measurements
{
    public required DateTimeOffset At { get; init; }

    public required Machine Machine { get; init; }

    public required int Rounds { get; init; }

    public required int Seconds { get; init; }

    /// <summary>How many users there were where service and floor were held against each other.</summary>
    public required int Users { get; init; }

    public required Footprint Service { get; init; }

    public required Footprint Floor { get; init; }

    public required IReadOnlyList<Comparison> Comparisons { get; init; }

    public required IReadOnlyList<Limit> Limits { get; init; }

    public required IReadOnlyList<Growth> Growth { get; init; }

    /// <summary>Null where it was not asked for.</summary>
    public required Import? Import { get; init; }
}

using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>The cost of metrics: a read by id, measured by turns on two services, one with metrics and one without.</summary>
internal sealed record MetricsCost(IReadOnlyList<Load> With, IReadOnlyList<Load> Without)
{
    /// <summary>The name on the command line.</summary>
    public const string Name = "metrics";

    /// <summary>The ratio of the processor times per request, with metrics to without: the median of the rounds.</summary>
    public double Ratio => Comparison.Median(With.Zip(Without, (with, without) => with.ProgramMicros / without.ProgramMicros));

    public static async Task<MetricsCost> RunAsync(
        BenchmarkSettings settings,
        BenchmarkDatabase database,
        string program,
        Wrk wrk,
        Progress progress,
        CancellationToken cancellationToken)
    {
        Task<HostedProgram> StartAsync(params (string, string)[] metrics) => HostedProgram.StartServiceAsync(
            program, database.ConnectionString, database.Token, database.Workspace.UserId(1), cancellationToken, metrics);

        progress.Write("Starting a service with metrics and one without");
        await using var with = await StartAsync(("Telemetry__PrometheusPort", $"{HostedProgram.FindFreePort()}"));
        await using var without = await StartAsync();
        var (read, connections) = (Operation.Compared[0], settings.Connections[0]);
        await wrk.WarmUpAsync(with, read, connections, cancellationToken);
        await wrk.WarmUpAsync(without, read, connections, cancellationToken);
        var (withLoads, withoutLoads) = await Comparison.TakeTurnsAsync(
            settings, database, read, connections, with, without, wrk, progress, cancellationToken);
        return new MetricsCost(withLoads, withoutLoads);
    }
}

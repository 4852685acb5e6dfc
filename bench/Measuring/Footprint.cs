using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>The memory and the start-up time of a program.</summary>
/// <param name="StartUps">The seconds from the start of the process to the first answer, one value for each start.</param>
/// <param name="MemoryAtStart">MiB, at the first answer.</param>
/// <param name="MemoryAfterLoad">MiB, after all runs of wrk.</param>
/// <param name="PeakMemory">MiB, the maximum since the start.</param>
internal sealed record Footprint(IReadOnlyList<double> StartUps, double MemoryAtStart, double MemoryAfterLoad, double PeakMemory)
{
    private const int Starts = 5;

    public double StartUp => Comparison.Median(StartUps);

    /// <summary>Starts the program several times, but only once in a quick run. The last one keeps running.</summary>
    public static async Task<(HostedProgram Program, Footprint Footprint)> StartAsync(Func<Task<HostedProgram>> startAsync, bool isQuick)
    {
        var startUps = new List<double>();
        for (var start = 1; !isQuick && start < Starts; start++)
        {
            await using var started = await startAsync();
            startUps.Add(started.StartUp.TotalSeconds);
        }

        var program = await startAsync();
        startUps.Add(program.StartUp.TotalSeconds);
        return (program, new Footprint(startUps, ProcessUsage.MemoryOf(program.ProcessId).Now, 0, 0));
    }

    public Footprint AfterLoad(HostedProgram program)
    {
        var (now, peak) = ProcessUsage.MemoryOf(program.ProcessId);
        return this with { MemoryAfterLoad = now, PeakMemory = peak };
    }
}

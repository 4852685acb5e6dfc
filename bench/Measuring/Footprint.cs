using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>What a program takes of a machine beside the processor's time.</summary>
/// <param name="StartUps">Seconds from the start of the process to the first answer, of several starts.</param>
/// <param name="MemoryAtStart">MiB, when the first request is answered.</param>
/// <param name="MemoryAfterLoad">MiB.</param>
/// <param name="MostMemory">MiB, the most at any time under load.</param>
internal sealed record Footprint(IReadOnlyList<double> StartUps, double MemoryAtStart, double MemoryAfterLoad, double MostMemory)
{
    private const int Starts = 5;

    public double StartUp => Comparison.Median(StartUps);

    /// <summary>How long it takes to start, again and again; the last one started is left running.</summary>
    public static async Task<(HostedProgram Program, Footprint Footprint)> StartAsync(Func<Task<HostedProgram>> startAsync, bool isQuick)
    {
        var startUps = new List<double>();
        for (var start = 1; !isQuick && start < Starts; start++)
        {
            await using var one = await startAsync();
            startUps.Add(one.StartUp.TotalSeconds);
        }

        var program = await startAsync();
        startUps.Add(program.StartUp.TotalSeconds);
        return (program, new Footprint(startUps, ProcessorTime.MemoryOf(program.ProcessId).Now, 0, 0));
    }

    public Footprint AfterLoad(HostedProgram program)
    {
        var (now, most) = ProcessorTime.MemoryOf(program.ProcessId);
        return this with { MemoryAfterLoad = now, MostMemory = most };
    }
}

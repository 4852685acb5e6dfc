using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>An operation, measured on service and floor by turns.</summary>
internal sealed record Comparison(string Name, int Connections, IReadOnlyList<Load> Service, IReadOnlyList<Load> Floor)
{
    /// <summary>The ratio of the service's requests per second to the floor's: the median of the rounds.</summary>
    public double Ratio => Median(Service.Zip(Floor, (service, floor) => service.Rate / floor.Rate));

    /// <summary>The ratio of the p99 response times: the median of the rounds.</summary>
    public double TailRatio => Median(Service.Zip(Floor, (service, floor) => service.P99 / floor.P99));

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public static Load Median(IReadOnlyList<Load> loads) => new(
        Median(loads.Select(load => load.Rate)),
        Median(loads.Select(load => load.P50)),
        Median(loads.Select(load => load.P99)),
        Median(loads.Select(load => load.ProgramMicros)),
        loads.All(load => load.DatabaseMicros is not null) ? Median(loads.Select(load => load.DatabaseMicros!.Value)) : null);

    public static async Task<List<Comparison>> RunAsync(
        BenchmarkSettings settings,
        BenchmarkDatabase database,
        HostedProgram service,
        HostedProgram floor,
        Wrk wrk,
        Progress progress,
        CancellationToken cancellationToken)
    {
        var comparisons = new List<Comparison>();
        progress.Write("Warming up");
        foreach (var program in (HostedProgram[])[service, floor])
        {
            foreach (var operation in Operation.Compared.Where(settings.Includes))
            {
                await wrk.WarmUpAsync(program, operation, settings.Connections[0], cancellationToken);
            }
        }

        foreach (var operation in Operation.Compared.Where(settings.Includes))
        {
            foreach (var program in (HostedProgram[])[service, floor])
            {
                await wrk.WarmUpAsync(program, operation, settings.Connections[0], cancellationToken);
            }

            foreach (var connections in settings.Connections)
            {
                var (serviceLoads, floorLoads) = await TakeTurnsAsync(
                    settings, database, operation, connections, service, floor, wrk, progress, cancellationToken);
                comparisons.Add(new Comparison(operation.Name, connections, serviceLoads, floorLoads));
            }
        }

        return comparisons;
    }

    /// <summary>Measures two programs by turns. The order changes with each round.</summary>
    public static async Task<(List<Load> First, List<Load> Second)> TakeTurnsAsync(
        BenchmarkSettings settings,
        BenchmarkDatabase database,
        Operation operation,
        int connections,
        HostedProgram first,
        HostedProgram second,
        Wrk wrk,
        Progress progress,
        CancellationToken cancellationToken)
    {
        (HostedProgram Program, List<Load> Loads)[] turns = [(first, []), (second, [])];
        for (var round = 0; round < settings.Rounds; round++)
        {
            progress.Write($"{operation.Title}, {connections} connections, round {round + 1} of {settings.Rounds}");
            foreach (var (program, loads) in round % 2 == 0 ? turns : turns.Reverse())
            {
                loads.Add(await wrk.RunAsync(program, operation, connections, settings.Seconds, cancellationToken));
                if (operation.IsWrite)
                {
                    await database.RemoveWritesAsync(cancellationToken);
                }
            }
        }

        return (turns[0].Loads, turns[1].Loads);
    }
}

using System.Globalization;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>Sends load over HTTP by the program wrk.</summary>
/// <param name="program">The path of wrk.</param>
/// <param name="workspace">The rows that requests may name.</param>
/// <param name="server">The id of PostgreSQL's main process, or null if it runs on another machine.</param>
internal sealed class Wrk(string program, Workspace workspace, int? server)
{
    private const string ResultPrefix = "measured";

    private const int MaxWarmUpRuns = 20;
    private const int MaxRunsWithoutGain = 3;
    private const int MinRequestsAtManyConnections = 20_000;
    private const int MinRequestsAtOneConnection = 3_000;
    private const int PauseMilliseconds = 1000;

    private const double GainThreshold = 0.95;

    private static int _runs;

    public async Task<Load> RunAsync(
        HostedProgram target, Operation operation, int connections, int seconds, CancellationToken cancellationToken)
    {
        var script = Path.Combine(Path.GetTempPath(), $"workspace-benchmark-{Guid.NewGuid():N}.lua");
        await File.WriteAllTextAsync(script, Script(target, operation), cancellationToken);
        try
        {
            // The previous run left with requests under way. The program still cancels them.
            await Task.Delay(PauseMilliseconds, cancellationToken);
            var (programBefore, serverBefore) = ReadCpuSeconds(target);
            var output = await ProgramRun.RunAsync(
                program,
                [
                    "--threads", "1", "--connections", $"{connections}", "--duration", $"{seconds}s", "--timeout", "30s",
                    "--script", script, $"{target.Client.BaseAddress}",
                ],
                [],
                cancellationToken);
            var (programAfter, serverAfter) = ReadCpuSeconds(target);

            var line = output.Split('\n').Single(line => line.StartsWith(ResultPrefix, StringComparison.Ordinal));
            var numbers = line.Split(' ').Skip(1).Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var (requests, micros, failed, lost) = (numbers[0], numbers[1], numbers[4], numbers[5]);
            if (requests == 0 || failed > 0 || lost > 0)
            {
                throw new BenchmarkFailure(
                    $"{operation.Title} of the {target.Name}: {failed} of {requests} requests were refused and {lost} were lost.");
            }

            return new Load(
                requests / micros * 1e6,
                numbers[2] / 1000,
                numbers[3] / 1000,
                (programAfter - programBefore) / requests * 1e6,
                (serverAfter - serverBefore) / requests * 1e6);
        }
        finally
        {
            File.Delete(script);
        }
    }

    /// <summary>
    /// Sends load until the CPU time per request has not fallen noticeably in three runs. .NET compiles hot code in several steps, each
    /// after many calls, and on a busy machine with a delay.
    /// </summary>
    public async Task WarmUpAsync(HostedProgram target, Operation operation, int connections, CancellationToken cancellationToken)
    {
        var minRequests = connections > 1 ? MinRequestsAtManyConnections : MinRequestsAtOneConnection;
        var (requests, lowestMicros, runsWithoutGain) = (0.0, double.PositiveInfinity, 0);
        for (var run = 0; run < MaxWarmUpRuns && (requests < minRequests || runsWithoutGain < MaxRunsWithoutGain); run++)
        {
            var load = await RunAsync(target, operation, connections, 1, cancellationToken);
            requests += load.Rate;
            (lowestMicros, runsWithoutGain) = load.ProgramMicros < lowestMicros * GainThreshold
                ? (load.ProgramMicros, 0)
                : (lowestMicros, runsWithoutGain + 1);
        }
    }

    private (double Program, double? Server) ReadCpuSeconds(HostedProgram target) =>
        (ProcessUsage.SecondsOf(target.ProcessId), server is { } process ? ProcessUsage.SecondsWithChildrenOf(process) : null);

    private string Script(HostedProgram target, Operation operation) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        local run = {{Interlocked.Increment(ref _runs)}}
        local n = 0
        math.randomseed(run)
        {{Workspace.IdLua}}
        local function user() return id(math.random({{workspace.Users}}), {{workspace.UserStep}}) end
        local function group() return id(math.random({{workspace.OrdinaryGroups}}), {{workspace.GroupStep}}) end
        wrk.headers["Authorization"] = "Bearer {{target.Token}}"
        wrk.headers["Content-Type"] = "application/json"
        function request()
          n = n + 1
          {{operation.Request}}
        end
        function done(summary, latency)
          local errors = summary.errors
          io.write(string.format("{{ResultPrefix}} %d %d %d %d %d %d\n",
            summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
            errors.connect + errors.read + errors.write + errors.timeout))
        end
        """);
}

using System.Globalization;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>One run of wrk, or of pgbench, and what it cost.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="ProgramMicros">The processor's time of the service or the floor for a request.</param>
/// <param name="DatabaseMicros">The processor's time of PostgreSQL for a request; null where it runs elsewhere.</param>
internal sealed record Load(double Rate, double P50, double P99, double ProgramMicros, double? DatabaseMicros);

/// <summary>Makes load over HTTP.</summary>
internal sealed class Wrk(string program, Workspace workspace, int? server)
{
    private const string Mark = "measured";

    private const int MostWarmUps = 20;
    private const int EnoughWithoutGain = 3;
    private const int ManyCalls = 20_000;
    private const int FewCalls = 3_000;
    private const double NoticeablyLess = 0.95;

    private static int _runs;

    public async Task<Load> RunAsync(
        HostedProgram target, Operation operation, int connections, int seconds, CancellationToken cancellationToken)
    {
        var script = Path.Combine(Path.GetTempPath(), $"workspace-benchmark-{Guid.NewGuid():N}.lua");
        await File.WriteAllTextAsync(script, Script(target, operation), cancellationToken);
        try
        {
            var (programBefore, serverBefore) = Read(target);
            var output = await ProgramRun.OfAsync(
                program,
                ["--threads", "1", "--connections", $"{connections}", "--duration", $"{seconds}s", "--timeout", "30s", "--script", script, $"{target.Client.BaseAddress}"],
                [],
                cancellationToken);
            var (programAfter, serverAfter) = Read(target);

            var line = output.Split('\n').Single(line => line.StartsWith(Mark, StringComparison.Ordinal));
            var numbers = line.Split(' ').Skip(1).Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var (requests, micros, failed, lost) = (numbers[0], numbers[1], numbers[4], numbers[5]);
            if (requests == 0 || failed > 0 || lost > 0)
            {
                throw new BenchmarkFailure(
                    $"{operation.Title} of the {target.Name}: of {requests} requests {failed} were refused and {lost} lost. What was measured means nothing.");
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
    /// Asks until three runs on end have not made an answer noticeably cheaper: code is compiled for good in several steps, each after
    /// many calls, and on a busy machine only some time after those.
    /// </summary>
    public async Task WarmUpAsync(HostedProgram target, Operation operation, int connections, CancellationToken cancellationToken)
    {
        var enough = connections > 1 ? ManyCalls : FewCalls;
        var (calls, least, runsWithoutGain) = (0.0, double.PositiveInfinity, 0);
        for (var run = 0; run < MostWarmUps && (calls < enough || runsWithoutGain < EnoughWithoutGain); run++)
        {
            var load = await RunAsync(target, operation, connections, 1, cancellationToken);
            calls += load.Rate;
            (least, runsWithoutGain) = load.ProgramMicros < least * NoticeablyLess ? (load.ProgramMicros, 0) : (least, runsWithoutGain + 1);
        }
    }

    private (double Program, double? Server) Read(HostedProgram target) =>
        (ProcessorTime.OfProcess(target.ProcessId), server is { } process ? ProcessorTime.OfFamily(process) : null);

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
          io.write(string.format("{{Mark}} %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
            errors.status, errors.connect + errors.read + errors.write + errors.timeout))
        end
        """);
}

using System.CommandLine;
using CleanWorkspace.Benchmarks.Floor;
using CleanWorkspace.Benchmarks.Measuring;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Commands;

/// <summary>The command line of the benchmark.</summary>
internal static class CommandLine
{
    private const int QuickSize = 20_000;

    private static readonly string DefaultOutput = Path.Combine("docs", "measurements", "benchmark.md");

    private static IEnumerable<string> Names =>
        [.. Operation.Compared.Select(operation => operation.Name), Import.Name, Feed.Name, MetricsCost.Name];

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return await CreateRoot().Parse(args).InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // The private server needs time to stop.
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
            });
        }
        catch (BenchmarkFailure failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 1;
        }
    }

    private static RootCommand CreateRoot()
    {
        var sizes = NumbersOption("--sizes", "The numbers of users, such as 1000,100000. Each is measured.");
        var connections = NumbersOption(
            "--connections", "The numbers of concurrent connections, such as 64,1. The targets apply to the first number.");
        var seconds = new Option<int?>("--seconds") { Description = "The duration of each run, in seconds." };
        var rounds = new Option<int?>("--rounds") { Description = "The number of rounds. Service and floor take turns in each round." };
        var quick = new Option<bool>("--quick")
        {
            Description = $"Compares only service and floor, with {QuickSize} users and runs of a few seconds.",
        };
        var only = new Option<string?>("--only") { Description = $"The operations to measure, of {string.Join(",", Names)}." };
        var output = new Option<string?>("--output")
        {
            Description = "The path of the report, relative to the repository. Its data and plots go into a folder of the same name. "
                + $"The default is {DefaultOutput}, and no report with --quick or --only.",
        };
        var service = new Option<string?>("--service")
        {
            Description = "The path of CleanWorkspace.WebApi.dll of a published service. By default the benchmark publishes the service.",
        };
        only.Validators.Add(result =>
        {
            foreach (var name in Split(result.GetValueOrDefault<string?>()).Except(Names))
            {
                result.AddError($"--only: unknown operation {name}. Known operations: {string.Join(", ", Names)}.");
            }
        });

        var root = new RootCommand(
            "Compares the service with hand-written SQL and measures its growth. Run it in Release, on a machine that does nothing else.")
        {
            sizes, connections, seconds, rounds, quick, only, output, service,
        };
        root.SetAction((arguments, cancellationToken) =>
        {
            var isQuick = arguments.GetValue(quick);
            var names = Split(arguments.GetValue(only));
            var defaultSizes = isQuick ? [QuickSize] : (int[])[1_000, 10_000, 100_000, 1_000_000];
            return BenchmarkCommand.RunAsync(
                new BenchmarkSettings
                {
                    Sizes = [.. (ParseNumbers(arguments.GetValue(sizes)) ?? defaultSizes).Order()],
                    Connections = ParseNumbers(arguments.GetValue(connections)) ?? (isQuick ? [64] : [64, 1]),
                    Rounds = arguments.GetValue(rounds) ?? (isQuick ? 2 : 3),
                    Seconds = arguments.GetValue(seconds) ?? (isQuick ? 2 : 4),
                    IsQuick = isQuick,
                    Only = names,
                    Output = arguments.GetValue(output) ?? (isQuick || names.Length > 0 ? null : DefaultOutput),
                    Service = arguments.GetValue(service),
                },
                cancellationToken);
        });

        var floor = new Command("floor", "Runs the floor. The benchmark starts it itself.") { Hidden = true };
        floor.SetAction((_, _) => FloorProgram.RunAsync());
        root.Subcommands.Add(floor);
        return root;
    }

    private static Option<string?> NumbersOption(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (Split(result.GetValueOrDefault<string?>()).Any(text => !int.TryParse(text, out var number) || number < 1))
            {
                result.AddError($"{name}: must be whole numbers from 1, separated by commas.");
            }
        });
        return option;
    }

    private static int[]? ParseNumbers(string? text) => text is null ? null : [.. Split(text).Select(int.Parse)];

    private static string[] Split(string? text) =>
        text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}

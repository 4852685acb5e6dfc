using System.CommandLine;
using CleanWorkspace.Benchmarks.Floor;
using CleanWorkspace.Benchmarks.Measuring;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Commands;

/// <summary>What can be asked for.</summary>
internal static class CommandLine
{
    private const int QuickSize = 20_000;

    private static IEnumerable<string> Names => Operation.Compared.Select(operation => operation.Name).Append(Import.Name);

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return await CreateRoot().Parse(args).InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // The private server shall be stopped, too.
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
        var sizes = List("--sizes", "How many users, such as 1000,100000.");
        var connections = List("--connections", "How many connections at once; targets are about the first number.");
        var seconds = new Option<int?>("--seconds") { Description = "How long each run takes." };
        var rounds = new Option<int?>("--rounds") { Description = "How many times service and floor take turns." };
        var quick = new Option<bool>("--quick") { Description = $"Holds the service against the floor for a few seconds each, with {QuickSize} users." };
        var only = new Option<string?>("--only") { Description = $"Which operations, of {string.Join(",", Names)}." };
        var output = new Option<string?>("--output") { Description = "The document to write; docs/performance.md, and none with --quick or --only." };
        var service = new Option<string?>("--service") { Description = "A service that is built already: the path of its CleanWorkspace.WebApi.dll." };
        only.Validators.Add(result =>
        {
            foreach (var name in Split(result.GetValueOrDefault<string?>()).Except(Names))
            {
                result.AddError($"--only: {name} is no operation.");
            }
        });

        var root = new RootCommand("Measures the service against hand-written SQL, in Release, on a machine that should do nothing else.")
        {
            sizes, connections, seconds, rounds, quick, only, output, service,
        };
        root.SetAction((arguments, cancellationToken) =>
        {
            var isQuick = arguments.GetValue(quick);
            var chosen = Split(arguments.GetValue(only));
            return BenchmarkCommand.RunAsync(
                new BenchmarkSettings
                {
                    Sizes = [.. (Numbers(arguments.GetValue(sizes)) ?? (isQuick ? [QuickSize] : [1_000, 10_000, 100_000, 1_000_000])).Order()],
                    Connections = Numbers(arguments.GetValue(connections)) ?? (isQuick ? [64] : [64, 1]),
                    Rounds = arguments.GetValue(rounds) ?? (isQuick ? 2 : 3),
                    Seconds = arguments.GetValue(seconds) ?? (isQuick ? 2 : 4),
                    IsQuick = isQuick,
                    Only = chosen,
                    Output = arguments.GetValue(output) ?? (isQuick || chosen.Length > 0 ? null : Path.Combine("docs", "performance.md")),
                    Service = arguments.GetValue(service),
                },
                cancellationToken);
        });

        var floor = new Command("floor", "Serves what the service is held against; the benchmark starts it itself.") { Hidden = true };
        floor.SetAction((_, _) => FloorProgram.RunAsync());
        root.Subcommands.Add(floor);
        return root;
    }

    private static Option<string?> List(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (Split(result.GetValueOrDefault<string?>()).Any(text => !int.TryParse(text, out var number) || number < 1))
            {
                result.AddError($"{name}: must be whole numbers from 1, with commas between them.");
            }
        });
        return option;
    }

    private static int[]? Numbers(string? text) => text is null ? null : [.. Split(text).Select(int.Parse)];

    private static string[] Split(string? text) => text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}

using System.Globalization;
using System.Text.RegularExpressions;
using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;
using Npgsql;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>The speed of the database alone, measured by pgbench. Service and floor cannot be faster.</summary>
/// <param name="Name">The name of the operation.</param>
/// <param name="Connections">The number of concurrent connections that service and floor get.</param>
/// <param name="Rate">Transactions per second.</param>
/// <param name="DatabaseMicros">The processor time of PostgreSQL per transaction, or null if it runs on another machine.</param>
internal sealed partial record Limit(string Name, int Connections, double Rate, double? DatabaseMicros)
{
    // The size of the connection pools of service and floor.
    private const int MaxConnections = 40;

    public static async Task<List<Limit>> RunAsync(
        BenchmarkSettings settings,
        string program,
        BenchmarkDatabase database,
        int? server,
        Progress progress,
        CancellationToken cancellationToken)
    {
        var limits = new List<Limit>();
        foreach (var operation in Operation.Compared.Where(settings.Includes))
        {
            progress.Write($"{operation.Title}, pgbench");
            foreach (var connections in settings.Connections)
            {
                limits.Add(await MeasureAsync(program, database, server, operation, connections, settings.Seconds, cancellationToken));
                if (operation.IsWrite)
                {
                    await database.RemoveWritesAsync(cancellationToken);
                }
            }
        }

        return limits;
    }

    private static async Task<Limit> MeasureAsync(
        string program,
        BenchmarkDatabase database,
        int? server,
        Operation operation,
        int connections,
        int seconds,
        CancellationToken cancellationToken)
    {
        var clients = Math.Min(connections, MaxConnections);
        var script = Path.Combine(Path.GetTempPath(), $"workspace-benchmark-{Guid.NewGuid():N}.sql");
        await File.WriteAllTextAsync(script, operation.Sql!(database.Workspace), cancellationToken);
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            var before = Read(server);
            var output = await ProgramRun.RunAsync(
                program,
                [
                    "--no-vacuum", "--protocol", "prepared", "--client", $"{clients}", "--jobs", $"{Math.Min(clients, 2)}",
                    "--time", $"{seconds}", "--file", script,
                ],
                [
                    ("PGHOST", settings.Host!), ("PGPORT", $"{settings.Port}"), ("PGDATABASE", settings.Database!),
                    ("PGUSER", settings.Username ?? ""), ("PGPASSWORD", settings.Password ?? ""),
                ],
                cancellationToken);
            var transactions = Number(Transactions().Match(output));
            return new Limit(operation.Name, connections, Number(Rates().Match(output)), (Read(server) - before) / transactions * 1e6);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static double? Read(int? server) => server is { } process ? ProcessUsage.SecondsWithChildrenOf(process) : null;

    private static double Number(Match match) => match.Success
        ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
        : throw new BenchmarkFailure("The output of pgbench has an unknown format.");

    [GeneratedRegex(@"transactions actually processed: (\d+)")]
    private static partial Regex Transactions();

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex Rates();
}

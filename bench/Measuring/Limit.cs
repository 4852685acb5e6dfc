using System.Globalization;
using System.Text.RegularExpressions;
using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;
using Npgsql;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>What the database does when nothing but it works: the limit of service and floor.</summary>
/// <param name="Name">The operation's.</param>
/// <param name="Connections">How many at once.</param>
/// <param name="Rate">Transactions a second.</param>
/// <param name="DatabaseMicros">The processor's time of PostgreSQL for one; null where it runs elsewhere.</param>
internal sealed partial record Limit(string Name, int Connections, double Rate, double? DatabaseMicros)
{
    // The pools of service and floor have no more.
    private const int MostConnections = 40;

    public static async Task<List<Limit>> RunAsync(
        BenchmarkSettings settings, string program, BenchmarkDatabase database, int? server, Progress progress, CancellationToken cancellationToken)
    {
        var limits = new List<Limit>();
        foreach (var operation in Operation.Compared.Where(settings.Includes))
        {
            progress.Say($"{operation.Title} by pgbench");
            foreach (var connections in settings.Connections)
            {
                limits.Add(await MeasureAsync(program, database, server, operation, connections, settings.Seconds, cancellationToken));
                if (operation.IsWrite)
                {
                    await database.ForgetWritesAsync(cancellationToken);
                }
            }
        }

        return limits;
    }

    private static async Task<Limit> MeasureAsync(
        string program, BenchmarkDatabase database, int? server, Operation operation, int connections, int seconds, CancellationToken cancellationToken)
    {
        var clients = Math.Min(connections, MostConnections);
        var script = Path.Combine(Path.GetTempPath(), $"workspace-benchmark-{Guid.NewGuid():N}.sql");
        await File.WriteAllTextAsync(script, operation.Sql!(database.Workspace), cancellationToken);
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            var before = Read(server);
            var output = await ProgramRun.OfAsync(
                program,
                ["--no-vacuum", "--protocol", "prepared", "--client", $"{clients}", "--jobs", $"{Math.Min(clients, 2)}", "--time", $"{seconds}", "--file", script],
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

    private static double? Read(int? server) => server is { } process ? ProcessorTime.OfFamily(process) : null;

    private static double Number(Match match) => match.Success
        ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
        : throw new BenchmarkFailure("pgbench does not say how much it did.");

    [GeneratedRegex(@"transactions actually processed: (\d+)")]
    private static partial Regex Transactions();

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex Rates();
}

using CleanWorkspace.Benchmarks.Measuring;
using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Commands;

/// <summary>Prepares the server, the databases and the service, measures, and shows the results.</summary>
internal static class BenchmarkCommand
{
    public static async Task<int> RunAsync(BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var progress = new Progress();
        var tools = Tools.Find();
        var repository = PublishedService.FindRepository();
        if (settings.Service is null)
        {
            progress.Write("Publishing the service");
        }

        var service = settings.Service ?? await PublishedService.PublishAsync(repository, cancellationToken);
        await using var server = await BenchmarkServer.StartAsync(cancellationToken);
        var machine = Machine.Describe(server.Description);
        progress.Write($"{machine}");

        var databases = new List<BenchmarkDatabase>();
        foreach (var users in settings.Sizes)
        {
            databases.Add(await BenchmarkDatabase.CreateAsync(
                server, service, users, progress.Track($"Seeding {users} users"), cancellationToken));
        }

        var growth = settings.IsQuick || settings.Only.Count > 0
            ? []
            : await Growth.RunAsync(settings, databases, service, tools.Wrk, server.ProcessId, progress, cancellationToken);
        var import = settings.IncludesImport
            ? await Import.RunAsync(
                databases.Find(database => database.Workspace.Users == Import.Size) ?? databases[^1],
                await server.CreateDatabaseAsync(0, cancellationToken),
                service,
                settings.Rounds,
                progress,
                cancellationToken)
            : null;
        var feed = settings.IncludesFeed
            ? await Feed.RunAsync(
                await server.CreateDatabaseAsync(0, cancellationToken), service, settings.Rounds, progress, cancellationToken)
            : null;
        var metrics = settings.IncludesMetrics
            ? await MetricsCost.RunAsync(
                settings,
                databases[^1],
                service,
                new Wrk(tools.Wrk, databases[^1].Workspace, server.ProcessId),
                progress,
                cancellationToken)
            : null;
        var results = await CompareAsync(
            settings, databases[^1], service, tools, server, machine, growth, import, feed, metrics, progress, cancellationToken);
        Show(results);
        if (settings.Output is not null)
        {
            Report.Write(Path.Combine(repository, settings.Output), results);
            progress.Write($"Wrote {settings.Output}");
        }

        return 0;
    }

    // Runs on the largest database.
    private static async Task<Measurements> CompareAsync(
        BenchmarkSettings settings,
        BenchmarkDatabase database,
        string program,
        Tools tools,
        BenchmarkServer server,
        Machine machine,
        IReadOnlyList<Growth> growth,
        Import? import,
        Feed? feed,
        MetricsCost? metrics,
        Progress progress,
        CancellationToken cancellationToken)
    {
        var user = database.Workspace.UserId(1);
        progress.Write("Starting service and floor");
        var (service, serviceFootprint) = await Footprint.StartAsync(
            () => HostedProgram.StartServiceAsync(program, database.ConnectionString, database.Token, user, cancellationToken),
            settings.IsQuick);
        await using var serviceLifetime = service;
        var (floor, floorFootprint) = await Footprint.StartAsync(
            () => HostedProgram.StartFloorAsync(database.ConnectionString, database.Token, user, cancellationToken),
            settings.IsQuick);
        await using var floorLifetime = floor;

        await SameAnswers.RequireAsync(service, floor, database.Workspace, cancellationToken);
        await database.RemoveWritesAsync(cancellationToken);
        var wrk = new Wrk(tools.Wrk, database.Workspace, server.ProcessId);
        var comparisons = await Comparison.RunAsync(settings, database, service, floor, wrk, progress, cancellationToken);
        serviceFootprint = serviceFootprint.AfterLoad(service);
        floorFootprint = floorFootprint.AfterLoad(floor);

        // Frees their connections for pgbench. The server's limit is 100.
        await service.DisposeAsync();
        await floor.DisposeAsync();
        return new Measurements
        {
            At = DateTimeOffset.UtcNow,
            Machine = machine,
            Rounds = settings.Rounds,
            Seconds = settings.Seconds,
            Users = database.Workspace.Users,
            Service = serviceFootprint,
            Floor = floorFootprint,
            Comparisons = comparisons,
            Limits = settings.IsQuick
                ? []
                : await Limit.RunAsync(settings, tools.PgBench, database, server.ProcessId, progress, cancellationToken),
            Growth = growth,
            Import = import,
            Feed = feed,
            Metrics = metrics,
        };
    }

    private static void Show(Measurements results)
    {
        foreach (var group in results.Comparisons.GroupBy(comparison => comparison.Connections))
        {
            Console.WriteLine($"\n{results.Users} users, {group.Key} connections:\n\n{ResultTables.Of(group)}");
            if (results.Limits.Count > 0)
            {
                Console.WriteLine(ResultTables.Of(results.Limits.Where(limit => limit.Connections == group.Key)));
            }
        }

        Console.WriteLine(ResultTables.Of(results.Service, results.Floor));
        if (results.Growth.Count > 0)
        {
            Console.WriteLine(ResultTables.Of(results.Growth, load => load.P50, "0.00"));
        }

        if (results.Import is not null)
        {
            Console.WriteLine(ResultTables.Of(results.Import));
        }

        if (results.Feed is not null)
        {
            Console.WriteLine(ResultTables.Of(results.Feed));
        }

        if (results.Metrics is not null)
        {
            Console.WriteLine(ResultTables.Of(results.Metrics));
        }

        Console.WriteLine(ResultTables.Of(TargetResult.Of(results)));
    }
}

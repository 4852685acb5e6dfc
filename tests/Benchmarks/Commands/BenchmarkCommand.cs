using CleanWorkspace.Benchmarks.Measuring;
using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Commands;

/// <summary>Prepares everything, measures, and tells.</summary>
internal static class BenchmarkCommand
{
    public static async Task<int> RunAsync(BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var progress = new Progress();
        var tools = Tools.Find();
        var repository = PublishedService.FindRepository();
        if (settings.Service is null)
        {
            progress.Say("Publishing the service");
        }

        var service = settings.Service ?? await PublishedService.PublishAsync(repository, cancellationToken);
        await using var server = await BenchmarkServer.StartAsync(cancellationToken);
        progress.Say(server.Description);

        var databases = new List<BenchmarkDatabase>();
        foreach (var users in settings.Sizes)
        {
            databases.Add(await BenchmarkDatabase.CreateAsync(
                server, service, users, progress.Follow($"Seeding {users} users"), cancellationToken));
        }

        // Where most is to be done.
        var largest = databases[^1];
        await using var serving = await HostedProgram.StartServiceAsync(service, largest.ConnectionString, largest.Token, largest.Workspace.UserId(1), cancellationToken);
        await using var floor = await HostedProgram.StartFloorAsync(largest.ConnectionString, largest.Token, largest.Workspace.UserId(1), cancellationToken);
        await SameAnswers.RequireAsync(serving, floor, largest.Workspace, cancellationToken);
        await largest.ForgetWritesAsync(cancellationToken);
        var wrk = new Wrk(tools.Wrk, largest.Workspace, server.ProcessId);
        var comparisons = await Comparison.RunAsync(settings, largest, serving, floor, wrk, progress, cancellationToken);
        foreach (var connections in settings.Connections)
        {
            Console.WriteLine($"\n{largest.Workspace.Users} users, {connections} connections:\n");
            Console.WriteLine(Figures.Of(comparisons.Where(comparison => comparison.Connections == connections)));
        }

        return 0;
    }
}

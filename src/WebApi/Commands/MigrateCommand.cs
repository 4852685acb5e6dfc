using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The command <c>migrate</c>: updates the schema of the database and ends.</summary>
internal static class MigrateCommand
{
    /// <summary>Runs the command and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var builder = WorkspaceApp.CreateBuilder(args);
        builder.AddLog();
        await using var database = await WorkspaceDatabase.OpenForCommandAsync(builder, cancellationToken);
        await using var app = builder.BuildOn(database);
        await WorkspaceDatabase.MigrateAsync(app, cancellationToken);
        return 0;
    }
}

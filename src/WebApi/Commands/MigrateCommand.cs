using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The command <c>migrate</c>: brings the database's schema up to date and ends.</summary>
internal static class MigrateCommand
{
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var builder = WorkspaceApp.CreateBuilder(args);
        builder.AddLog();
        await using var database = await WorkspaceDatabase.OpenAsync(builder.Configuration, builder.Environment, cancellationToken);
        await using var app = builder.BuildOn(database);
        await WorkspaceDatabase.MigrateAsync(app, cancellationToken);
        return 0;
    }
}

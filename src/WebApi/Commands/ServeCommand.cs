using CleanWorkspace.WebApi.Authentication;
using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Serves the API until the program is told to stop.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] args, StartInterruption interruption)
    {
        var builder = WorkspaceApp.CreateBuilder(args);
        builder.AddLog();
        // Before anything is done to the database.
        AccessSettings.Read(builder.Configuration, builder.Environment).CheckAddresses(builder.Configuration);
        await using var database = await WorkspaceDatabase.OpenAsync(builder.Configuration, builder.Environment, interruption.Token);
        await using var app = builder.BuildOn(database);
        await database.PrepareAsync(app, interruption.Token);
        app.UseApi();
        app.Announce(database);
        // From then on the host listens for signals.
        app.Lifetime.ApplicationStarted.Register(interruption.Dispose);
        await app.RunAsync();
        return 0;
    }
}

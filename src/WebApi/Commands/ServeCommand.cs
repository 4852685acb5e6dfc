using CleanWorkspace.WebApi.Authentication;
using CleanWorkspace.WebApi.Hosting;
using CleanWorkspace.WebApi.Telemetry;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Serves the API until a signal stops the program.</summary>
internal static class ServeCommand
{
    /// <summary>Runs the service and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, StartInterruption interruption)
    {
        var builder = WorkspaceApp.CreateBuilder(args);
        builder.AddLog();
        // Checked first, so that a wrong setting leaves the database untouched.
        AccessSettings.Read(builder.Configuration, builder.Environment).CheckAddresses(builder.Configuration);
        builder.AddTelemetry();
        var firstKey = FirstKey.Read(builder.Configuration);
        await using var database = await WorkspaceDatabase.OpenForServiceAsync(builder, interruption.Token);
        await using var app = builder.BuildOn(database);
        await database.PrepareAsync(app, interruption.Token);
        await firstKey.CreateAsync(app, interruption.Token);
        app.UseApi();
        app.LogAddresses(database);
        // From now on the host handles signals.
        app.Lifetime.ApplicationStarted.Register(interruption.Dispose);
        await StartAsync(app);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            // The disposal alone would end the background services that run already, and the log would call them failed.
            await app.StopAsync();
            throw;
        }
    }
}

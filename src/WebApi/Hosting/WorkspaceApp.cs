using CleanWorkspace.Application;
using CleanWorkspace.Infrastructure;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>The parts of the program put together.</summary>
internal static class WorkspaceApp
{
    // To watch the files of settings, the framework watches all folders below the one where the program was started, however many.
    private const string WatchesNoFiles = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>Reads the settings, which hold until the program ends.</summary>
    public static WebApplicationBuilder CreateBuilder(params string[] args) => WebApplication.CreateBuilder([WatchesNoFiles, .. args]);

    public static WebApplication BuildOn(this WebApplicationBuilder builder, WorkspaceDatabase database)
    {
        builder.Services.AddApplication().AddInfrastructure(database.ConnectionString, TimeoutSetup.TimeoutOf(builder.Configuration));
        builder.AddApi();
        return builder.Build();
    }
}

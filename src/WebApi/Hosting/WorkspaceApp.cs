using CleanWorkspace.Application;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Infrastructure;
using CleanWorkspace.Infrastructure.AuditEntries;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Puts the parts of the program together.</summary>
internal static class WorkspaceApp
{
    // To watch settings files, the framework would watch every folder below the content root.
    private const string NoFileWatching = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>Reads the settings once, at the start.</summary>
    public static WebApplicationBuilder CreateBuilder(params string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [NoFileWatching, .. args],
            // appsettings.json is in the folder of the program. The working directory belongs to the user, for relative paths.
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.AddSecretFiles();
        return builder;
    }

    /// <summary>Builds the program on a database.</summary>
    public static WebApplication BuildOn(this WebApplicationBuilder builder, WorkspaceDatabase database)
    {
        builder.Services.AddApplication().AddInfrastructure(
            database.ConnectionString,
            TimeoutSetup.TimeoutOf(builder.Configuration),
            new AuditRetention(TimeSpan.FromDays(builder.Configuration.NumberOf("Audit:RetentionDays", 400, 2, 36500))),
            new WebhookSettings(builder.Configuration.NetworksOf("Webhooks:AllowedNetworks"), builder.Environment.IsDevelopment()),
            database.HasPooler);
        builder.AddApi();
        return builder.Build();
    }
}

using CleanWorkspace.Application;
using CleanWorkspace.Infrastructure;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>The parts of the program put together.</summary>
internal static class WorkspaceApp
{
    public static WebApplication BuildOn(this WebApplicationBuilder builder, WorkspaceDatabase database)
    {
        builder.Services.AddApplication().AddInfrastructure(database.ConnectionString, TimeoutSetup.TimeoutOf(builder.Configuration));
        builder.AddApi();
        return builder.Build();
    }
}

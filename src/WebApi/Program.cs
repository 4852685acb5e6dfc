using CleanWorkspace.Application;
using CleanWorkspace.Infrastructure;
using CleanWorkspace.WebApi.Hosting;

if (args is ["healthcheck"])
{
    return await HealthCheckCommand.RunAsync();
}

try
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddLog();
    await using var database = await WorkspaceDatabase.OpenAsync(builder.Configuration, builder.Environment);
    builder.Services.AddApplication().AddInfrastructure(database.ConnectionString);
    builder.AddApi();

    await using var app = builder.Build();
    if (args is ["migrate"])
    {
        await WorkspaceDatabase.MigrateAsync(app);
        return 0;
    }

    await database.PrepareAsync(app);
    app.UseApi();
    app.Announce(database);
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (StartFailure.Explain(exception) is { } explanation)
{
    await Console.Error.WriteLineAsync(explanation);
    return 1;
}

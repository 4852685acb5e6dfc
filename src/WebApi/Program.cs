using CleanWorkspace.Application;
using CleanWorkspace.Infrastructure;
using CleanWorkspace.WebApi.Hosting;

if (args is ["help" or "--help" or "-h"])
{
    Console.WriteLine(Usage.Text);
    return 0;
}

if (args is ["healthcheck", ..])
{
    return await HealthCheckCommand.RunAsync();
}

if (Usage.IsUnknownCommand(args))
{
    await Console.Error.WriteLineAsync($"There is no command {args[0]}.\n\n{Usage.Text}");
    return 2;
}

using var interruption = new StartInterruption();
try
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddLog();
    await using var database = await WorkspaceDatabase.OpenAsync(builder.Configuration, builder.Environment, interruption.Token);
    builder.Services.AddApplication().AddInfrastructure(database.ConnectionString);
    builder.AddApi();

    await using var app = builder.Build();
    if (args is ["migrate", ..])
    {
        await WorkspaceDatabase.MigrateAsync(app, interruption.Token);
        return 0;
    }

    await database.PrepareAsync(app, interruption.Token);
    app.UseApi();
    app.Announce(database);
    // From then on the host listens for signals.
    app.Lifetime.ApplicationStarted.Register(interruption.Dispose);
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (StartFailure.Explain(exception) is { } explanation)
{
    await Console.Error.WriteLineAsync(explanation);
    return 1;
}

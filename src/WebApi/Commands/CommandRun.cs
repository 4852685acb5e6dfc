using CleanWorkspace.Application;
using CleanWorkspace.WebApi.Hosting;
using MediatR;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Runs a use case for who has the machine: on the service's settings and database, and with its name in the audit.</summary>
internal static class CommandRun
{
    /// <summary>The exit code where the command did not do what it was asked for.</summary>
    public const int Failed = 1;

    // The exit code that shells give to what Ctrl-C ends.
    private const int Interrupted = 130;

    private const string Actor = "command-line";

    /// <summary>Runs it.</summary>
    /// <param name="operation">What the audit shall call it.</param>
    /// <param name="runAsync">Sends the request, and gives the program's exit code.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<int> OfAsync(string operation, Func<IMediator, Task<int>> runAsync, CancellationToken cancellationToken)
    {
        var builder = WorkspaceApp.CreateBuilder();
        builder.AddCommandLog();
        await using var database = await WorkspaceDatabase.OpenAsync(builder.Configuration, builder.Environment, cancellationToken);
        builder.Services.AddSingleton(new Caller(Actor, operation, null));
        await using var app = builder.BuildOn(database);
        await database.PrepareAsync(app, cancellationToken);

        await using var scope = app.Services.CreateAsyncScope();
        return await runAsync(scope.ServiceProvider.GetRequiredService<IMediator>());
    }

    /// <summary>Says why it did not succeed, and gives the program's exit code.</summary>
    public static async Task<int> FailAsync(string explanation, bool isInterrupted = false)
    {
        await Console.Error.WriteLineAsync(Terminal.Visible(explanation));
        return isInterrupted ? Interrupted : Failed;
    }
}

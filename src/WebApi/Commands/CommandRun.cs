using CleanWorkspace.Application;
using CleanWorkspace.WebApi.Hosting;
using MediatR;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Runs a use case for a command, with the settings and the database of the service.</summary>
internal static class CommandRun
{
    /// <summary>The exit code of a command that was refused or failed.</summary>
    public const int Failed = 1;

    /// <summary>The caller of a command in the audit.</summary>
    public const string Actor = "command-line";

    // The exit code of shells for a program that Ctrl-C ended.
    private const int Interrupted = 130;

    /// <summary>Runs the use case.</summary>
    /// <param name="operation">The name of the operation in the audit.</param>
    /// <param name="runAsync">Sends the request and returns the exit code.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static Task<int> OfAsync(string operation, Func<IMediator, Task<int>> runAsync, CancellationToken cancellationToken) =>
        OfAsync(new Caller(Actor, operation, null), runAsync, cancellationToken);

    /// <summary>Runs the use case for a caller.</summary>
    public static async Task<int> OfAsync(Caller caller, Func<IMediator, Task<int>> runAsync, CancellationToken cancellationToken)
    {
        var builder = WorkspaceApp.CreateBuilder();
        builder.AddCommandLog();
        await using var database = await WorkspaceDatabase.OpenForCommandAsync(builder, cancellationToken);
        builder.Services.AddSingleton(caller);
        await using var app = builder.BuildOn(database);
        await database.PrepareAsync(app, cancellationToken);

        await using var scope = app.Services.CreateAsyncScope();
        return await runAsync(scope.ServiceProvider.GetRequiredService<IMediator>());
    }

    /// <summary>Writes the reason of a failure to standard error and returns the exit code.</summary>
    public static async Task<int> FailAsync(string explanation, bool isInterrupted = false)
    {
        await Console.Error.WriteLineAsync(Terminal.Visible(explanation));
        return isInterrupted ? Interrupted : Failed;
    }
}

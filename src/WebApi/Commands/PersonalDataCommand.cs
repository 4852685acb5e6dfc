using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Values;
using MediatR;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The command <c>users</c>: answers a person's request for access or erasure, by the same use cases as over HTTP.</summary>
internal static class PersonalDataCommand
{
    // People read the document.
    private static readonly JsonSerializerOptions Indented = new(WorkspaceJson.Options) { WriteIndented = true };

    /// <summary>Creates the command.</summary>
    public static Command Create(CancellationToken cancellationToken)
    {
        var id = new Argument<Guid>("id") { Description = "The id of the user, also of a deleted one.", CustomParser = ParseId };
        var actor = new Option<string>("--actor")
        {
            Description = "Also export the changes that the person made. The caller as the audit names it, such as subject:ada.",
        };
        var erase = new Command(
            "erase",
            "Deletes a user and removes its values from the audit, the events and all stored answers. The facts stay. "
                + "This cannot be undone.")
        {
            id,
        };
        erase.SetAction((arguments, _) => RunAsync(
            "users erase", mediator => EraseAsync(mediator, arguments.GetValue(id), cancellationToken), cancellationToken));
        var export = new Command("export-data", "Writes everything about a user to standard output, as one JSON document.") { id, actor };
        export.SetAction((arguments, _) => RunAsync(
            "users export-data",
            mediator => ExportAsync(mediator, arguments.GetValue(id), arguments.GetValue(actor), cancellationToken),
            cancellationToken));

        return new Command("users", "Erases a user, or exports everything about it.") { erase, export };
    }

    private static async Task EraseAsync(IMediator mediator, Guid id, CancellationToken cancellationToken)
    {
        await mediator.Send(new UsersEraseUserByIdRequest(id), cancellationToken);
        await Console.Error.WriteLineAsync(
            $"User {id} is erased. Backups still have its values; docs/privacy.md says what to do after one is restored.");
    }

    private static async Task ExportAsync(IMediator mediator, Guid id, string? actor, CancellationToken cancellationToken)
    {
        var data = await mediator.Send(new UsersGetDataByIdRequest(id, actor), cancellationToken);
        Console.WriteLine(JsonSerializer.Serialize(data, Indented));
    }

    private static Task<int> RunAsync(string operation, Func<IMediator, Task> runAsync, CancellationToken cancellationToken) =>
        CommandRun.OfAsync(
            operation,
            async mediator =>
            {
                try
                {
                    await runAsync(mediator);
                    return 0;
                }
                catch (Failure missing) when (missing.Kind == FailureKind.NotFound)
                {
                    return await CommandRun.FailAsync(missing.Message);
                }
            },
            cancellationToken);

    private static Guid ParseId(ArgumentResult argument)
    {
        if (!Uuid.TryParse(argument.Tokens[0].Value, out var id))
        {
            argument.AddError($"{argument.Tokens[0].Value} is no user's id. The ids are UUIDs; the audit shows those of deleted users.");
        }

        return id;
    }
}

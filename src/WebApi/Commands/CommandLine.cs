using System.CommandLine;
using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>What the program can be asked to do on its command line; with nothing, it serves the API.</summary>
internal static class CommandLine
{
    private const int UsageError = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        using var interruption = new StartInterruption();
        // "help" is what people try first.
        var parsed = CreateRoot(args, interruption).Parse(
            args is ["help", .. var words] ? [.. words, "--help"] : args,
            // A value may begin with @; nothing is read from files.
            new ParserConfiguration { ResponseFileTokenReplacer = null });
        // The library asks this of the root alone, which has to put up with settings.
        if (parsed.CommandResult.Command.TreatUnmatchedTokensAsErrors && parsed.UnmatchedTokens is [_, ..] unknown)
        {
            await Console.Error.WriteLineAsync($"Nothing was done: {string.Join(' ', unknown)} is not understood here; --help says what is.");
            return UsageError;
        }

        if (parsed.Errors.Count == 0
            && parsed.CommandResult.Children.SelectMany(part => part.Tokens).FirstOrDefault(value => IsLostOption(value.Value, args)) is { Value: var lost })
        {
            await Console.Error.WriteLineAsync(
                $"Nothing was done: {lost} stands where a value should. A value that begins with - is joined to its option by =, and a file is ./{lost}.");
            return UsageError;
        }

        try
        {
            var result = await parsed.InvokeAsync(new InvocationConfiguration
            {
                // Both are done here and by the host.
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                // Help that nobody asked for is no output: a script may take that for a token.
                Output = parsed.Errors.Count > 0 ? Console.Error : Console.Out,
            });
            return parsed.Errors.Count > 0 ? UsageError : result;
        }
        catch (Exception exception) when (StartFailure.Explain(exception) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return 1;
        }
    }

    // The library takes an option, be it mistyped, for the value that was expected in its place: import --rejects --dry-run would import in earnest.
    private static bool IsLostOption(string value, string[] args) => value is ['-', _, ..] && args.Contains(value);

    private static RootCommand CreateRoot(string[] args, StartInterruption interruption)
    {
        // Everything else is for the configuration: --urls=http://localhost:5081
        var root = new RootCommand("CleanWorkspace: the directory of a workspace's users and user groups. Without a command it serves the API; settings come from the environment, see README.md.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        root.Validators.Add(result =>
        {
            if (args is [var word, ..] && !word.StartsWith('-'))
            {
                result.AddError($"There is no command {word}.");
            }
        });
        root.SetAction((_, _) => ServeCommand.RunAsync(args, interruption));

        var migrate = new Command("migrate", "Brings the database's schema up to date and ends.") { TreatUnmatchedTokensAsErrors = false };
        migrate.SetAction((_, _) => MigrateCommand.RunAsync(args, interruption.Token));
        root.Subcommands.Add(migrate);

        var healthCheck = new Command("healthcheck", "Asks the service on this machine whether it is ready; exit code 0 if so.");
        healthCheck.SetAction((_, _) => HealthCheckCommand.RunAsync());
        root.Subcommands.Add(healthCheck);

        root.Subcommands.Add(KeysCommand.Create(interruption.Token));
        root.Subcommands.Add(ImportCommand.Create(interruption.Token));
        root.Subcommands.Add(ExportCommand.Create(interruption.Token));
        ExampleHelp.AddTo(root);
        return root;
    }
}

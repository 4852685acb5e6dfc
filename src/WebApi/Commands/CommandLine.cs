using System.CommandLine;
using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The command line of the program. Without a command the program serves the API.</summary>
internal static class CommandLine
{
    private const int UsageError = 2;

    /// <summary>Runs the command and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var interruption = new StartInterruption();
        // People try "help" first.
        var parsed = CreateRoot(args, interruption).Parse(
            args is ["help", .. var words] ? [.. words, "--help"] : args,
            // A value may begin with @. By default the library would read such a value from a file.
            new ParserConfiguration { ResponseFileTokenReplacer = null });
        // The library checks only the root command, which must accept settings.
        if (parsed.CommandResult.Command.TreatUnmatchedTokensAsErrors && parsed.UnmatchedTokens is [_, ..] unknown)
        {
            await Console.Error.WriteLineAsync(
                $"Nothing was done: {string.Join(' ', unknown)} is not understood. Add --help to see the known commands and options.");
            return UsageError;
        }

        if (parsed.Errors.Count == 0
            && parsed.CommandResult.Children
                .SelectMany(part => part.Tokens)
                .FirstOrDefault(token => IsMisplacedOption(token.Value, args)) is { Value: var option })
        {
            await Console.Error.WriteLineAsync(
                $"Nothing was done: {option} stands where a value should. If it is a value, join it to its option by =. "
                + $"If it is a file, write ./{option}.");
            return UsageError;
        }

        try
        {
            var result = await parsed.InvokeAsync(new InvocationConfiguration
            {
                // This method explains exceptions, and the host handles signals.
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                // After an error the help goes to standard error, because a script may read a token from standard output.
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

    // The library would take an option for the missing value before it: "import --rejects --dry-run" would change data.
    private static bool IsMisplacedOption(string value, string[] args) => value is ['-', _, ..] && args.Contains(value);

    private static RootCommand CreateRoot(string[] args, StartInterruption interruption)
    {
        // Other arguments are settings, such as --urls=http://localhost:5081
        var root = new RootCommand(
            "CleanWorkspace: a directory of users and user groups. Without a command it serves the API. Settings come from the "
            + "environment; see docs/configuration.md.")
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

        var migrate = new Command("migrate", "Updates the schema of the database and ends.") { TreatUnmatchedTokensAsErrors = false };
        migrate.SetAction((_, _) => MigrateCommand.RunAsync(args, interruption.Token));
        root.Subcommands.Add(migrate);

        var healthCheck = new Command("healthcheck", "Checks whether the service on this machine is ready. Exit code 0 means ready.");
        healthCheck.SetAction((_, _) => HealthCheckCommand.RunAsync());
        root.Subcommands.Add(healthCheck);

        var doctor = new Command("doctor", "Checks settings and database, and says what to do. Exit code 0 means that nothing is wrong.");
        doctor.SetAction((_, _) => DoctorCommand.RunAsync(interruption.Token));
        root.Subcommands.Add(doctor);

        root.Subcommands.Add(KeysCommand.Create(interruption.Token));
        root.Subcommands.Add(PersonalDataCommand.Create(interruption.Token));
        root.Subcommands.Add(ImportCommand.Create(interruption.Token));
        root.Subcommands.Add(ExportCommand.Create(interruption.Token));
        ExampleHelp.AddTo(root);
        return root;
    }
}

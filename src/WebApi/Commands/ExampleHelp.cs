using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Adds the examples of a command to its help.</summary>
internal sealed class ExampleHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _help;

    private ExampleHelp(HelpAction help) => _help = help;

    /// <summary>Replaces the help action of the command line.</summary>
    public static void AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ExampleHelp((HelpAction)option.Action!);
    }

    /// <summary>True, so that --help works without the required arguments.</summary>
    public override bool ClearsParseErrors => true;

    /// <summary>Writes the help and the examples.</summary>
    public override int Invoke(ParseResult parseResult)
    {
        var result = _help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ExampleCommand command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var (usage, meaning) in command.Examples)
            {
                output.WriteLine($"  {usage}");
                output.WriteLine($"      {meaning}");
            }

            output.WriteLine();
            output.WriteLine("Exit codes: 0 success, 1 refused or failed, 2 not understood, 130 interrupted.");
        }

        return result;
    }
}

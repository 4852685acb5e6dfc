using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Help that ends with examples, where a command has some.</summary>
internal sealed class ExampleHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _help;

    private ExampleHelp(HelpAction help) => _help = help;

    public static void AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ExampleHelp((HelpAction)option.Action!);
    }

    /// <summary>Whoever asks for help need not have given everything else.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = _help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ExampleCommand command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var (words, meaning) in command.Examples)
            {
                output.WriteLine($"  {words}");
                output.WriteLine($"      {meaning}");
            }

            output.WriteLine();
            output.WriteLine("Exit code: 0 done as asked; 1 refused or failed; 2 not understood; 130 interrupted.");
        }

        return result;
    }
}

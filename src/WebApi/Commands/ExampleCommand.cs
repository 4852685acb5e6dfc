using System.CommandLine;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>A command with examples in its help.</summary>
internal sealed class ExampleCommand(string name, string description, params (string Usage, string Meaning)[] examples)
    : Command(name, description)
{
    /// <summary>The examples: the arguments, and their meaning.</summary>
    public IReadOnlyList<(string Usage, string Meaning)> Examples => examples;
}

using System.CommandLine;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>A command whose help shows how it is used.</summary>
internal sealed class ExampleCommand(string name, string description, params (string Words, string Meaning)[] examples) : Command(name, description)
{
    public IReadOnlyList<(string Words, string Meaning)> Examples => examples;
}

using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>Use cases that <c>dotnet new usecase</c> writes into an empty folder, one for each noun that it offers.</summary>
public sealed class RenderedTemplate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("usecase-").FullName;

    /// <summary>The nouns that the template is made for: those that have members.</summary>
    public static IReadOnlyList<string> Nouns { get; } =
    [
        .. JsonNode.Parse(File.ReadAllText(House.PathTo("templates/usecase/.template.config/template.json")))!
            ["symbols"]!["noun"]!["choices"]!.AsArray().Select(choice => (string)choice!["choice"]!),
    ];

    public RenderedTemplate()
    {
        Run("install", House.PathTo("templates/usecase"));
        foreach (var noun in Nouns)
        {
            Run("usecase", "--noun", noun, "--name", UseCaseOf(noun), "--operation", "moveToTeamById");
        }
    }

    /// <summary>The use case that is written for the operation <c>NOUN_moveToTeamById</c>.</summary>
    public static string UseCaseOf(string noun) => $"Move{noun[..^1]}ToTeamById";

    public string PathTo(string relative) => Path.Combine(_folder, relative);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["new", .. arguments, "--debug:custom-hive", PathTo("hive")])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"dotnet new {string.Join(' ', arguments)} failed: {output}{error.Result}");
        }
    }
}

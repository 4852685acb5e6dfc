using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>
/// The output of both templates in a temporary folder: a read and a write of each noun with memberships, and a new noun. The edits of
/// shared files that the output lists are made on copies.
/// </summary>
public sealed partial class RenderedTemplate : IDisposable
{
    /// <summary>The new noun. Its spelling has two words, a plural in -ies and a vowel at the start.</summary>
    public const string Noun = "OfficePolicies";

    private readonly string _folder = Directory.CreateTempSubdirectory("templates-").FullName;
    private readonly Lazy<IReadOnlyDictionary<string, CSharpCompilation>> _compiled;

    public RenderedTemplate()
    {
        Run("install", Codebase.PathTo("templates/usecase"));
        Run("install", Codebase.PathTo("templates/noun"));
        foreach (var useCase in UseCases)
        {
            Run("usecase", "--kind", useCase.Kind, "--noun", useCase.Noun, "--name", useCase.Name, "--operation", useCase.Operation);
        }

        Run("noun", "--name", Noun);
        foreach (var list in Directory.EnumerateFiles(_folder, "*.todo.md"))
        {
            MakeEdits(File.ReadAllText(list));
        }

        _compiled = new Lazy<IReadOnlyDictionary<string, CSharpCompilation>>(Compile);
    }

    /// <summary>The projects that get code from a template, from the inside to the outside.</summary>
    public static IReadOnlyList<string> Projects { get; } = [.. Codebase.Layers.Select(layer => $"src/{layer}"), "tests/IntegrationTests"];

    /// <summary>The projects with the output of the templates, compiled.</summary>
    public IReadOnlyDictionary<string, CSharpCompilation> Compiled => _compiled.Value;

    internal static IReadOnlyList<RenderedUseCase> UseCases { get; } =
    [
        .. from noun in JsonNode.Parse(File.ReadAllText(Codebase.PathTo("templates/usecase/.template.config/template.json")))!
               ["symbols"]!["noun"]!["choices"]!.AsArray().Select(choice => (string)choice!["choice"]!)
           let entity = new NounWords(noun).Entity
           from useCase in new[]
           {
               new RenderedUseCase("read", noun, $"Get{entity}SummaryById", "getSummaryById"),
               new RenderedUseCase("write", noun, $"Move{entity}ToOfficeById", "moveToOfficeById"),
           }
           select useCase,
    ];

    public string PathTo(string relative) => Path.Combine(_folder, relative);

    /// <summary>Whether the template wrote or changed the file.</summary>
    public bool Has(string path) => path.StartsWith(_folder, StringComparison.Ordinal);

    /// <summary>Returns the path of the file in the repository.</summary>
    public string RelativePathOf(string path) => Path.GetRelativePath(_folder, path).Replace('\\', '/');

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Dictionary<string, CSharpCompilation> Compile()
    {
        var compiled = new Dictionary<string, CSharpCompilation>();
        foreach (var project in Projects)
        {
            var generated = Directory.EnumerateFiles(PathTo(project), "*.cs", SearchOption.AllDirectories).ToList();
            var replaced = generated.Select(file => Codebase.PathTo(RelativePathOf(file))).ToHashSet();
            compiled[project] = Codebase.Compile(
                [.. Codebase.FindFiles(project).Where(file => !replaced.Contains(file)), .. generated], project, [.. compiled.Values]);
        }

        return compiled;
    }

    // Each block of C# belongs to the file that the text names last. Files below src get it at the end of their type.
    private void MakeEdits(string list)
    {
        var imports = Import().Matches(list).Select(match => $"{match.Value}\n").Distinct().ToList();
        foreach (Match block in Block().Matches(list))
        {
            var path = FilePath().Matches(list[..block.Index]).Last().Groups[1].Value;
            if (!path.StartsWith("src/", StringComparison.Ordinal))
            {
                continue;
            }

            var copy = PathTo(path);
            var text = File.ReadAllText(File.Exists(copy) ? copy : Codebase.PathTo(path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllText(copy, $"{string.Concat(imports)}{text[..text.LastIndexOf('}')]}\n{block.Groups[1].Value}}}\n");
        }
    }

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

    [GeneratedRegex(@"```csharp\n(.*?)\n *```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"`(\w+(?:/\w+)+\.cs)`")]
    private static partial Regex FilePath();

    [GeneratedRegex(@"using [\w.]+;")]
    private static partial Regex Import();
}

/// <summary>A use case that the template makes.</summary>
internal sealed record RenderedUseCase(string Kind, string Noun, string Name, string Operation);

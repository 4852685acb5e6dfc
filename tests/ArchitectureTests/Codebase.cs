using System.Reflection;
using System.Xml.Linq;
using Microsoft.AspNetCore.Mvc;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>The files and projects of this repository. The compiler reads the source.</summary>
internal static class Codebase
{
    // The implicit usings of the SDK. The build writes them to PROJECT.GlobalUsings.g.cs.
    private static readonly string[] SdkUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    ];

    private static readonly string[] WebSdkUsings =
    [
        "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting",
        "Microsoft.Extensions.Logging", "System.Net.Http.Json",
    ];

    private static readonly IReadOnlyList<MetadataReference> Libraries =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("CleanWorkspace.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static readonly Lazy<IReadOnlyDictionary<string, CSharpCompilation>> CompiledSource = new(CompileSource);

    public static string Root { get; } = FindRoot();

    public static Assembly Domain { get; } = typeof(Domain.Users.User).Assembly;

    public static Assembly Application { get; } = typeof(Application.DependencyInjection).Assembly;

    public static Assembly Infrastructure { get; } = typeof(Infrastructure.DependencyInjection).Assembly;

    public static Assembly WebApi { get; } = typeof(WebApi.Controllers.UsersController).Assembly;

    /// <summary>The plural nouns of the API. Each has a controller.</summary>
    public static IReadOnlyList<string> Nouns { get; } =
        [.. Controllers().Select(controller => controller.Name[..^"Controller".Length]).Order(StringComparer.Ordinal)];

    /// <summary>The projects under src, from the innermost layer to the outermost.</summary>
    public static IReadOnlyList<string> Layers { get; } = ["Domain", "Application", "Infrastructure", "WebApi"];

    public static AnalyzerConfigSet EditorConfig { get; } = ReadEditorConfig();

    /// <summary>The projects under src by name, compiled without generated files.</summary>
    public static IReadOnlyDictionary<string, CSharpCompilation> Source => CompiledSource.Value;

    /// <summary>The projects under tests. Their packages are missing, so only uses of src can be resolved.</summary>
    public static IEnumerable<CSharpCompilation> Tests() =>
        Directory.EnumerateDirectories(PathTo("tests"))
            .Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any())
            .Select(folder => Path.GetRelativePath(Root, folder))
            .Select(project => Compile(FindFiles(project), project, Source.Values));

    public static IEnumerable<Type> Controllers() =>
        WebApi.GetTypes().Where(type => type.IsSubclassOf(typeof(ControllerBase)) && !type.IsAbstract);

    public static string PathTo(string relative) => Path.Combine(Root, relative);

    public static string RelativePathOf(SyntaxTree tree) => Path.GetRelativePath(Root, tree.FilePath).Replace('\\', '/');

    /// <summary>The source files of a folder below src, without generated files.</summary>
    public static IReadOnlyList<SyntaxTree> Trees(string folder) =>
    [
        .. Source.Values.SelectMany(project => project.SyntaxTrees)
            .Where(tree => RelativePathOf(tree).StartsWith($"{folder}/", StringComparison.Ordinal)),
    ];

    public static SemanticModel Model(SyntaxTree tree) => Source[ProjectOf(tree)].GetSemanticModel(tree);

    public static SyntaxTree Tree(string path) => Trees("src").Single(tree => RelativePathOf(tree) == path);

    /// <summary>The name of the project that the file belongs to.</summary>
    public static string ProjectOf(SyntaxTree tree) => RelativePathOf(tree).Split('/')[1];

    /// <summary>The types declared under src, including nested types.</summary>
    public static IEnumerable<INamedTypeSymbol> Types() =>
        from tree in Trees("src")
        let model = Model(tree)
        from node in tree.GetRoot().DescendantNodes()
        where node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
        select (INamedTypeSymbol)model.GetDeclaredSymbol(node)!;

    /// <summary>Compiles files as a project would.</summary>
    /// <param name="files">Full paths.</param>
    /// <param name="project">The folder of the project. The files get its global usings.</param>
    /// <param name="references">The projects that it refers to.</param>
    public static CSharpCompilation Compile(IEnumerable<string> files, string project, IEnumerable<CSharpCompilation> references)
    {
        var options = CSharpParseOptions.Default
            .WithLanguageVersion(LanguageVersion.Latest)
            .WithDocumentationMode(DocumentationMode.Diagnose);
        var definition = XDocument.Load(Directory.EnumerateFiles(PathTo(project), "*.csproj").Single());
        var isWeb = definition.Root!.Attribute("Sdk")!.Value.EndsWith(".Web", StringComparison.Ordinal);
        var usings = SdkUsings
            .Concat(isWeb ? WebSdkUsings : [])
            .Concat(definition.Descendants("Using").Select(item => item.Attribute("Include")?.Value).OfType<string>());
        var globalUsings = string.Concat(usings.Select(name => $"global using {name};\n"));

        return CSharpCompilation.Create(
            $"CleanWorkspace.{Path.GetFileName(project)}",
            [
                CSharpSyntaxTree.ParseText(globalUsings, options, PathTo($"{project}/GlobalUsings.cs")),
                .. files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file)),
            ],
            [.. Libraries, .. references.Select(reference => reference.ToMetadataReference())],
            new CSharpCompilationOptions(
                isWeb ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>The C# files of a folder, except those that .editorconfig marks as generated.</summary>
    public static IEnumerable<string> FindFiles(string folder) =>
        Directory.EnumerateFiles(PathTo(folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Where(file => EditorConfig.GetOptionsForSourcePath(file).AnalyzerOptions.GetValueOrDefault("generated_code") != "true")
            .Order(StringComparer.Ordinal);

    private static Dictionary<string, CSharpCompilation> CompileSource()
    {
        var projects = new Dictionary<string, CSharpCompilation>();
        foreach (var layer in Layers)
        {
            projects[layer] = Compile(FindFiles($"src/{layer}"), $"src/{layer}", [.. projects.Values]);
        }

        // CS8795 is expected: source generators do not run here, so partial methods are missing. Any other error would hide code from
        // the tests.
        var errors = projects.Values
            .SelectMany(project => project.GetDiagnostics())
            .Where(fault => fault.Severity == DiagnosticSeverity.Error && fault.Id != "CS8795")
            .ToList();
        return errors.Count == 0 ? projects : throw new InvalidOperationException(string.Join('\n', errors));
    }

    private static AnalyzerConfigSet ReadEditorConfig()
    {
        var path = PathTo(".editorconfig");
        return AnalyzerConfigSet.Create<AnalyzerConfig[]>([AnalyzerConfig.Parse(File.ReadAllText(path), path)]);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CleanWorkspace.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests must run from a folder below CleanWorkspace.sln.");
        }

        return folder.FullName;
    }
}

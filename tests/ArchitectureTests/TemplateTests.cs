using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>The output of the templates compiles in the repository and follows the rules.</summary>
public sealed class TemplateTests(RenderedTemplate template) : IClassFixture<RenderedTemplate>
{
    // An unnecessary using is an error in the build, but only a hint to the compiler.
    private const string UnnecessaryUsing = "CS8019";

    public static TheoryData<string> Projects => [.. RenderedTemplate.Projects];

    public static TheoryData<string> UseCases => [.. RenderedTemplate.UseCases.Select(useCase => useCase.Name)];

    // Only the faults of new and changed files: packages that other files of the tests need may be missing here.
    [Theory]
    [MemberData(nameof(Projects))]
    public void The_output_compiles(string project)
    {
        Assert.Contains(template.Compiled[project].SyntaxTrees, tree => template.Has(tree.FilePath));
        Assert.Empty(
            from fault in template.Compiled[project].GetDiagnostics()
            let file = fault.Location.SourceTree?.FilePath
            where file is not null && template.Has(file)
            where fault.Severity >= DiagnosticSeverity.Warning || fault.Id == UnnecessaryUsing
            let severities = Codebase.EditorConfig.GetOptionsForSourcePath(Codebase.PathTo(template.RelativePathOf(file))).TreeOptions
            where severities.GetValueOrDefault(fault.Id) != ReportDiagnostic.Suppress
            select fault);
    }

    [Theory]
    [MemberData(nameof(UseCases))]
    public void A_new_use_case_is_named_and_ordered_by_the_rules(string name)
    {
        var useCase = RenderedTemplate.UseCases.Single(useCase => useCase.Name == name);
        var request = $"{useCase.Noun}{char.ToUpperInvariant(useCase.Operation[0])}{useCase.Operation[1..]}Request";
        string[] expected = useCase.Kind == "write" ? [request, $"{name}Validator", $"{name}Handler"] : [request, $"{name}Handler"];

        var tree = CSharpSyntaxTree.ParseText(File.ReadAllText(template.PathTo($"src/Application/{useCase.Noun}/{name}.cs")));

        Assert.Equal(expected, tree.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text));
    }

    [Fact]
    public void A_new_noun_has_the_actions_of_the_other_administrative_nouns()
    {
        var actions = ActionsOf(RenderedTemplate.Noun, template.PathTo($"src/WebApi/Controllers/{RenderedTemplate.Noun}Controller.cs"));
        var others = Operation.ResourceNouns.Except(Operation.DirectoryNouns).ToList();

        Assert.Equal(5, actions.Length);
        Assert.NotEmpty(others);
        Assert.All(others, noun => Assert.Equal(ActionsOf(noun, Codebase.PathTo($"src/WebApi/Controllers/{noun}Controller.cs")), actions));
    }

    [Fact]
    public void Every_edit_that_a_template_lists_is_made() =>
        Assert.Empty(Directory.EnumerateFiles(Codebase.Root, "*.todo.md").Select(Path.GetFileName));

    // The plain actions of a controller with the noun neutralized, sorted. Only API keys have a last one that a client must force away.
    private static string[] ActionsOf(string noun, string controller) =>
    [
        .. CSharpSyntaxTree.ParseText(File.ReadAllText(controller)).GetRoot().DescendantNodes()
            .OfType<MethodDeclarationSyntax>()
            .Where(action => !$"{action.AttributeLists}".Contains("{id:uuid}/", StringComparison.Ordinal))
            .Select(action => action.RemoveNodes(action.DescendantNodes().Where(IsForForce), SyntaxRemoveOptions.KeepNoTrivia)!)
            .Select(action => string.Join(' ', action.DescendantTokens().Select(token => token.Text)))
            .Select(new NounWords(noun).Neutralize)
            .Order(StringComparer.Ordinal),
    ];

    private static bool IsForForce(SyntaxNode node) =>
        node is ParameterSyntax { Identifier.Text: "force" }
        || (node is AttributeListSyntax && $"{node}".Contains("Status409Conflict", StringComparison.Ordinal));
}

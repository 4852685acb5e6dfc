using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>The template stays true: what it writes compiles in the repository as it is, and follows the rules.</summary>
public sealed class TemplateTests(RenderedTemplate template) : IClassFixture<RenderedTemplate>
{
    // An unnecessary using is an error in the build, but only a hint to the compiler.
    private const string UnnecessaryUsing = "CS8019";

    public static TheoryData<string> Nouns => [.. RenderedTemplate.Nouns];

    [Theory]
    [MemberData(nameof(Nouns))]
    public void A_new_use_case_compiles_in_the_application(string noun) =>
        Assert.Empty(FindFaults($"src/Application/{noun}/{RenderedTemplate.UseCaseOf(noun)}.cs", [House.Source["Domain"]]));

    [Theory]
    [MemberData(nameof(Nouns))]
    public void A_new_use_case_is_named_and_ordered_by_the_rules(string noun)
    {
        var useCase = RenderedTemplate.UseCaseOf(noun);
        var tree = CSharpSyntaxTree.ParseText(File.ReadAllText(template.PathTo($"src/Application/{noun}/{useCase}.cs")));

        Assert.Equal(
            [$"{noun}MoveToTeamByIdRequest", $"{useCase}Validator", $"{useCase}Handler"],
            tree.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text));
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public void Its_test_compiles_among_the_integration_tests(string noun) =>
        Assert.Empty(FindFaults($"tests/IntegrationTests/{noun}/{RenderedTemplate.UseCaseOf(noun)}Tests.cs", House.Source.Values));

    // Asks only for the new file: packages that other files of its project need may be missing here.
    private IEnumerable<Diagnostic> FindFaults(string path, IEnumerable<CSharpCompilation> references)
    {
        var project = string.Join('/', path.Split('/')[..2]);
        var file = template.PathTo(path);
        var severities = House.EditorConfig.GetOptionsForSourcePath(House.PathTo(path)).TreeOptions;

        return House.Compile([.. House.FindFiles(project), file], project, references).GetDiagnostics()
            .Where(fault => fault.Location.SourceTree?.FilePath == file
                && (fault.Severity >= DiagnosticSeverity.Warning || fault.Id == UnnecessaryUsing)
                && severities.GetValueOrDefault(fault.Id) != ReportDiagnostic.Suppress);
    }
}

using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>
/// Nouns of one kind differ only in names and fields. All resources have the same operations. The nouns of the directory also have the
/// same files and use cases. The other nouns use EF Core (docs/design.md, rules 1 and 5).
/// </summary>
public sealed class SymmetryTests
{
    [Fact]
    public void Every_noun_of_the_directory_has_the_same_files_in_every_layer()
    {
        var nouns = Operation.DirectoryNouns.Select(noun => new NounWords(noun)).OrderByDescending(words => words.Entity.Length).ToList();
        var files =
            from path in Codebase.Trees("src").Select(Codebase.RelativePathOf)
            let name = path.Split('/')[^1]
            let owner = nouns.FirstOrDefault(words => name.StartsWith(words.Entity, StringComparison.Ordinal))
            where owner is not null && !IsAnswerOfOneUseCase(name, owner)
            group owner.Neutralize(path) by owner;

        AssertAllEqual(Operation.DirectoryNouns, files.Select(paths => paths.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_resource_has_the_same_operations_on_its_collection_and_items() =>
        AssertEqualForAll(Operation.ResourceNouns, operations => operations.Select(operation =>
            $"{operation.Route.HttpMethods.Single()} {operation.Route.Template} "
            + new NounWords(operation.Noun).Neutralize(operation.UseCase)));

    [Fact]
    public void Actions_of_different_nouns_differ_only_in_the_noun() =>
        AssertEqualForAll(Operation.ResourceNouns, operations => operations.Select(operation =>
        {
            var action = Codebase.Tree($"src/WebApi/Controllers/{operation.Controller.Name}.cs").GetRoot().DescendantNodes()
                .OfType<MethodDeclarationSyntax>()
                .Single(method => method.Identifier.Text == operation.Action.Name);
            return Neutralize(operation, (SyntaxNode?)action.Body ?? action.ExpressionBody!);
        }));

    [Fact]
    public void Use_cases_without_a_body_differ_only_in_the_noun() =>
        AssertEqualForAll(Operation.DirectoryNouns, operations => operations
            .Where(operation => !operation.Request!.IsSubclassOf(typeof(BodyRequest)))
            .Select(operation => Neutralize(operation, SharedPartOf(operation))));

    [Fact]
    public void Use_cases_with_a_body_have_the_same_types_and_methods() =>
        AssertEqualForAll(Operation.DirectoryNouns, operations => operations
            .Where(operation => operation.Request!.IsSubclassOf(typeof(BodyRequest)))
            .SelectMany(operation => FileOf(operation).DescendantNodes()
                .Where(node => node is TypeDeclarationSyntax or MethodDeclarationSyntax)
                .Select(node => Neutralize(operation, node, IsPartOfSignature))));

    private static IEnumerable<IEnumerable<Operation>> PlainOperationsOf(IReadOnlyList<string> nouns) =>
        Operation.All
            .Where(operation => operation.IsPlain && nouns.Contains(operation.Noun))
            .GroupBy(operation => operation.Noun)
            .Select(operations => operations
                .OrderBy(operation => operation.Route.HttpMethods.Single(), StringComparer.Ordinal)
                .ThenBy(operation => operation.Route.Template, StringComparer.Ordinal));

    // A use case that only one noun has may have its own answer.
    private static bool IsAnswerOfOneUseCase(string file, NounWords owner) =>
        file.EndsWith("Response.cs", StringComparison.Ordinal) && file != $"{owner.Entity}Response.cs";

    private static CompilationUnitSyntax FileOf(Operation operation) =>
        Codebase.Tree($"src/Application/{operation.Noun}/{operation.UseCase}.cs").GetCompilationUnitRoot();

    // A list request has the filters of its noun, so only its handler is compared.
    private static SyntaxNode SharedPartOf(Operation operation) => operation.Request!.IsSubclassOf(typeof(ListRequest))
        ? FileOf(operation).DescendantNodes().OfType<ClassDeclarationSyntax>().Single()
        : FileOf(operation);

    private static string Neutralize(Operation operation, SyntaxNode node, Func<SyntaxNode, bool>? filter = null)
    {
        var tokens = filter is null ? node.DescendantTokens() : node.DescendantTokens(child => child == node || filter(child));
        return new NounWords(operation.Noun).Neutralize(string.Join(' ', tokens.Select(token => token.Text)));
    }

    private static bool IsPartOfSignature(SyntaxNode node) =>
        node is not (MemberDeclarationSyntax or BlockSyntax or ArrowExpressionClauseSyntax or AttributeListSyntax);

    private static void AssertEqualForAll(IReadOnlyList<string> nouns, Func<IEnumerable<Operation>, IEnumerable<string>> describe) =>
        AssertAllEqual(nouns, PlainOperationsOf(nouns).Select(describe));

    private static void AssertAllEqual(IReadOnlyList<string> nouns, IEnumerable<IEnumerable<string>> descriptions)
    {
        var lists = descriptions.Select(list => list.ToList()).ToList();

        Assert.Equal(nouns.Count, lists.Count);
        Assert.NotEmpty(lists[0]);
        Assert.All(lists, list => Assert.Equal(lists[0], list));
    }
}

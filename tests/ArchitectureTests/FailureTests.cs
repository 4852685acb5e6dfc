using System.Text.RegularExpressions;
using CleanWorkspace.Application;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>There is one failure type with stable codes, and one place makes answers of it (docs/design.md, rule 7).</summary>
public sealed partial class FailureTests
{
    [Fact]
    public void The_application_has_one_exception_type() =>
        Assert.Equal(
            [nameof(Failure)],
            Codebase.Types()
                .Where(type => Codebase.ProjectOf(type.Locations[0].SourceTree!) == "Application" && IsException(type))
                .Select(type => type.Name));

    [Fact]
    public void One_type_turns_exceptions_into_answers() =>
        Assert.Single(Codebase.WebApi.GetTypes(), type => type.IsAssignableTo(typeof(IExceptionHandler)));

    [Fact]
    public void Codes_are_in_snake_case()
    {
        var codes = Codebase.Trees("src").SelectMany(FindCodes).ToList();

        // One code of each kind, to prove that the search finds all kinds.
        Assert.Contains("email_taken", codes);
        Assert.Contains("nothing_given", codes);
        Assert.Contains("method_not_allowed", codes);
        Assert.All(codes, code => Assert.Matches(SnakeCase(), code));
    }

    /// <summary>The type of a problem leads to this description.</summary>
    [Fact]
    public void Every_code_is_described()
    {
        var page = File.ReadAllText(Codebase.PathTo("docs/errors.md"));

        Assert.All(
            Codebase.Trees("src").SelectMany(FindCodes).Distinct(),
            code => Assert.Contains($"`{code}`", page, StringComparison.Ordinal));
    }

    [GeneratedRegex("^[a-z]+(_[a-z]+)*$")]
    private static partial Regex SnakeCase();

    private static bool IsException(INamedTypeSymbol type) =>
        type.BaseType is { } parent && (parent.ToDisplayString() == "System.Exception" || IsException(parent));

    // Finds the texts that are passed for a parameter, assigned to a property or put into a tuple under the name of a code.
    private static IEnumerable<string> FindCodes(SyntaxTree tree)
    {
        var model = Codebase.Model(tree);
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            IEnumerable<SyntaxNode?> values = node switch
            {
                ArgumentSyntax argument
                    when model.GetOperation(argument) is IArgumentOperation { Parameter.Name: var name } && IsCode(name) => [argument],
                AssignmentExpressionSyntax { Left: IdentifierNameSyntax left } assignment
                    when IsCode(left.Identifier.Text) => [assignment.Right],
                TupleExpressionSyntax tuple when model.GetTypeInfo(tuple).ConvertedType is INamedTypeSymbol { IsTupleType: true } type =>
                    type.TupleElements.Select((element, index) => IsCode(element.Name) ? tuple.Arguments[index] : null),
                _ => [],
            };

            var literals = values.OfType<SyntaxNode>()
                .SelectMany(value => value.DescendantNodesAndSelf())
                .OfType<LiteralExpressionSyntax>();
            foreach (var literal in literals.Where(literal => literal.IsKind(SyntaxKind.StringLiteralExpression)))
            {
                yield return literal.Token.ValueText;
            }
        }
    }

    private static bool IsCode(string name) => name is "code" or "Code" or "ErrorCode";
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>Controllers send a request and return the answer. They have no <c>if</c> (docs/design.md, after the seven rules).</summary>
public sealed class ControllerTests
{
    public static TheoryData<SyntaxKind> Branches =>
    [
        SyntaxKind.IfStatement,
        SyntaxKind.SwitchStatement,
        SyntaxKind.SwitchExpression,
        SyntaxKind.ConditionalExpression,
        SyntaxKind.ConditionalAccessExpression,
        SyntaxKind.CoalesceExpression,
        SyntaxKind.LogicalAndExpression,
        SyntaxKind.LogicalOrExpression,
        SyntaxKind.ForStatement,
        SyntaxKind.ForEachStatement,
        SyntaxKind.WhileStatement,
        SyntaxKind.TryStatement,
    ];

    [Theory]
    [MemberData(nameof(Branches))]
    public void A_controller_has_no_branches(SyntaxKind branch)
    {
        var controllers = Codebase.Trees("src/WebApi/Controllers");

        Assert.Equal(Codebase.Controllers().Count(), controllers.Count);
        Assert.Empty(controllers
            .SelectMany(tree => tree.GetRoot().DescendantNodes())
            .Where(node => node.IsKind(branch))
            .Select(node => $"{node.GetLocation().GetLineSpan()}: {node}"));
    }
}

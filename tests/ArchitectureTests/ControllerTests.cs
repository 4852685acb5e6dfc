using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>Controllers send a request to its use case and return the answer.</summary>
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
        var controllers = House.Trees("src/WebApi/Controllers");

        Assert.Equal(House.Controllers().Count(), controllers.Count);
        Assert.Empty(controllers
            .SelectMany(tree => tree.GetRoot().DescendantNodes())
            .Where(node => node.IsKind(branch))
            .Select(node => $"{node.GetLocation().GetLineSpan()}: {node}"));
    }
}

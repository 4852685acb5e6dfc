using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>Controllers pass on and decide nothing.</summary>
public sealed class ControllerTests
{
    public static TheoryData<SyntaxKind> Decisions =>
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
    [MemberData(nameof(Decisions))]
    public void A_controller_decides_nothing(SyntaxKind decision)
    {
        var controllers = House.Trees("src/WebApi/Controllers");

        Assert.Equal(House.Controllers().Count(), controllers.Count);
        Assert.Empty(controllers
            .SelectMany(tree => tree.GetRoot().DescendantNodes())
            .Where(node => node.IsKind(decision))
            .Select(node => $"{node.GetLocation().GetLineSpan()}: {node}"));
    }
}

using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using Microsoft.CodeAnalysis;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>No layer only forwards calls, and no interface is superfluous.</summary>
public sealed class AbstractionTests
{
    [Fact]
    public void Only_the_ports_to_the_database_are_interfaces_with_one_implementation()
    {
        var types = House.Types().ToList();
        var single =
            from contract in types
            where contract.TypeKind == TypeKind.Interface
            where types.Count(type => type.TypeKind != TypeKind.Interface && Implements(type, contract)) < 2
            select contract.Name;

        Assert.Equal(
            [nameof(IWorkspaceDbContext), nameof(IWorkspaceImporter), nameof(IWorkspaceReader)],
            single.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Repository")]
    [InlineData("Service")]
    [InlineData("UnitOfWork")]
    public void Nothing_wraps_the_database_context(string suffix)
    {
        var names = House.Types().Select(type => type.Name).ToList();

        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => name.EndsWith(suffix, StringComparison.Ordinal));
    }

    private static bool Implements(INamedTypeSymbol type, INamedTypeSymbol contract) =>
        type.AllInterfaces.Any(implemented => SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, contract));
}

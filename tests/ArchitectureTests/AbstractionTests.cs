using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using Microsoft.CodeAnalysis;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>Rule 4: no layer between a handler and the database, and no interface that nothing needs.</summary>
public sealed class AbstractionTests
{
    /// <summary>To write by, to import files by and to read by are the three ports to the database.</summary>
    [Fact]
    public void Only_the_database_is_behind_interfaces_with_one_implementation()
    {
        var types = House.Types().ToList();
        var single =
            from contract in types
            where contract.TypeKind == TypeKind.Interface
            where types.Count(type => type.TypeKind != TypeKind.Interface && Implements(type, contract)) < 2
            select contract.Name;

        Assert.Equal([nameof(ITransfers), nameof(IWorkspaceDbContext), nameof(IWorkspaceReader)], single.Order(StringComparer.Ordinal));
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

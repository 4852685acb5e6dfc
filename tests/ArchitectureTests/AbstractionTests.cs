using Microsoft.CodeAnalysis;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>An interface with one implementation exists only for a port (docs/design.md, after the seven rules).</summary>
public sealed class AbstractionTests
{
    [Fact]
    public void An_interface_with_one_implementation_is_a_port_from_Application_to_Infrastructure()
    {
        var types = Codebase.Types().ToList();
        var single =
            from contract in types
            where contract.TypeKind == TypeKind.Interface
            let implementations = types.Where(type => type.TypeKind != TypeKind.Interface && Implements(type, contract)).ToList()
            where implementations.Count < 2
            select (contract.Name, From: ProjectOf(contract), To: string.Join(' ', implementations.Select(ProjectOf)));

        Assert.NotEmpty(single);
        Assert.All(single, port => Assert.Equal((port.Name, "Application", "Infrastructure"), port));
    }

    [Theory]
    [InlineData("Repository")]
    [InlineData("Service")]
    [InlineData("UnitOfWork")]
    public void No_type_wraps_the_database_context(string suffix)
    {
        var names = Codebase.Types().Select(type => type.Name).ToList();

        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => name.EndsWith(suffix, StringComparison.Ordinal));
    }

    private static string ProjectOf(INamedTypeSymbol type) => Codebase.ProjectOf(type.Locations[0].SourceTree!);

    private static bool Implements(INamedTypeSymbol type, INamedTypeSymbol contract) =>
        type.AllInterfaces.Any(implemented => SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, contract));
}

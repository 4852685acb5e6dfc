using Microsoft.CodeAnalysis;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>No layer that only forwards, and no interface without a reason (docs/design.md).</summary>
public sealed class AbstractionTests
{
    [Fact]
    public void An_interface_with_one_implementation_is_a_port_of_the_application_to_the_infrastructure()
    {
        var types = House.Types().ToList();
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
    public void Nothing_wraps_the_database_context(string suffix)
    {
        var names = House.Types().Select(type => type.Name).ToList();

        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => name.EndsWith(suffix, StringComparison.Ordinal));
    }

    private static string ProjectOf(INamedTypeSymbol type) => House.ProjectOf(type.Locations[0].SourceTree!);

    private static bool Implements(INamedTypeSymbol type, INamedTypeSymbol contract) =>
        type.AllInterfaces.Any(implemented => SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, contract));
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>
/// AccessMiddleware checks the roles. The framework's authorization does not run, so its attributes and methods would silently do
/// nothing.
/// </summary>
public sealed class AuthorizationTests
{
    // Microsoft.AspNetCore.Metadata holds IAuthorizeData and IAllowAnonymous.
    private static readonly string[] Assemblies =
        ["Microsoft.AspNetCore.Authorization", "Microsoft.AspNetCore.Authorization.Policy", "Microsoft.AspNetCore.Metadata"];

    private static readonly string[] Namespaces = ["Microsoft.AspNetCore.Authorization", "Microsoft.AspNetCore.Mvc.Authorization"];

    private static readonly string[] Interfaces = ["IAuthorizeData", "IAllowAnonymous"];

    [Fact]
    public void Nothing_uses_the_authorization_of_the_framework()
    {
        var names =
            from tree in Codebase.Trees("src")
            let model = Codebase.Model(tree)
            from name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
            let symbol = model.GetSymbolInfo(name).Symbol
            where symbol is not null and not INamespaceSymbol && IsAuthorization(symbol)
            select $"{name.GetLocation().GetLineSpan()}: {symbol}";

        Assert.Empty(names);
    }

    /// <summary>A library may have its own attribute that the framework's authorization would read.</summary>
    [Fact]
    public void No_attribute_and_no_type_implements_the_interfaces_of_authorization()
    {
        var attributes =
            from tree in Codebase.Trees("src")
            let model = Codebase.Model(tree)
            from attribute in tree.GetRoot().DescendantNodes().OfType<AttributeSyntax>()
            select model.GetTypeInfo(attribute).Type;
        var types = attributes.OfType<ITypeSymbol>().Concat(Codebase.Types()).ToList();

        Assert.NotEmpty(types);
        Assert.DoesNotContain(types, type => type.AllInterfaces.Any(implemented => Interfaces.Contains(implemented.Name)));
    }

    /// <summary>The search finds these types, so it looks for the right names.</summary>
    [Theory]
    [InlineData("Microsoft.AspNetCore.Authorization.AuthorizeAttribute")]
    [InlineData("Microsoft.AspNetCore.Authorization.AllowAnonymousAttribute")]
    [InlineData("Microsoft.AspNetCore.Authorization.IAuthorizeData")]
    [InlineData("Microsoft.AspNetCore.Builder.AuthorizationEndpointConventionBuilderExtensions")]
    [InlineData("Microsoft.AspNetCore.Builder.AuthorizationAppBuilderExtensions")]
    [InlineData("Microsoft.AspNetCore.Mvc.Authorization.AuthorizeFilter")]
    [InlineData("Microsoft.Extensions.DependencyInjection.AuthorizationServiceCollectionExtensions")]
    [InlineData("Microsoft.Extensions.DependencyInjection.PolicyServiceCollectionExtensions")]
    public void The_authorization_of_the_framework_is_recognised(string type)
    {
        var symbol = Codebase.Source["WebApi"].GetTypeByMetadataName(type);

        Assert.NotNull(symbol);
        Assert.True(IsAuthorization(symbol));
    }

    private static bool IsAuthorization(ISymbol symbol) =>
        Assemblies.Contains(symbol.ContainingAssembly?.Name)
        || Namespaces.Contains(symbol.ContainingNamespace?.ToDisplayString());
}

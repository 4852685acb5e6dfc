using AutoMapper;
using FluentValidation;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>A type is unsealed or public only if other code needs it (docs/design.md, after the seven rules).</summary>
public sealed class VisibilityTests
{
    [Fact]
    public void Every_class_is_sealed_static_or_abstract()
    {
        var classes = Codebase.Types().Where(type => type.TypeKind == TypeKind.Class).ToList();

        Assert.NotEmpty(classes);
        Assert.All(classes, type =>
            Assert.True(type.IsSealed || type.IsStatic || type.IsAbstract, $"{type} is neither sealed, static nor abstract"));
    }

    [Fact]
    public void Handlers_validators_profiles_and_behaviors_are_internal()
    {
        var parts = Codebase.Application.GetTypes()
            .Where(type => Operation.HandledBy(type) is not null
                || type.IsAssignableTo(typeof(IValidator))
                || type.IsSubclassOf(typeof(Profile))
                || type.Name.Contains("Behavior", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(parts);
        Assert.All(parts, type => Assert.True(type is { IsPublic: false, IsSealed: true }, $"{type.Name} is not internal and sealed"));
    }

    /// <summary>
    /// A type may be public for three reasons: another project names it or one of its members, it is a controller, or a public
    /// member or an attribute of such a type uses it.
    /// </summary>
    [Fact]
    public void A_type_is_public_only_if_another_project_needs_it()
    {
        var publicTypes = Codebase.Types()
            .Where(type => type is { DeclaredAccessibility: Accessibility.Public, ContainingType: null })
            .ToList();
        var used = FindUsesByOtherProjects();
        var needed = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var next = new Stack<INamedTypeSymbol>(publicTypes.Where(type => used.Contains(type) || IsController(type)));
        while (next.TryPop(out var type))
        {
            if (needed.Add(type))
            {
                foreach (var exposed in FindExposedTypes(type))
                {
                    next.Push(exposed);
                }
            }
        }

        Assert.NotEmpty(publicTypes);
        Assert.All(publicTypes, type => Assert.True(needed.Contains(type), $"{type} can be internal"));
    }

    private static bool IsController(INamedTypeSymbol type) =>
        type.BaseType?.ToDisplayString() == "Microsoft.AspNetCore.Mvc.ControllerBase";

    private static HashSet<ISymbol> FindUsesByOtherProjects()
    {
        var uses =
            from project in Codebase.Source.Values.Concat(Codebase.Tests())
            from tree in project.SyntaxTrees
            let model = project.GetSemanticModel(tree)
            from name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
            let symbol = model.GetSymbolInfo(name).Symbol
            let type = (symbol as INamedTypeSymbol ?? symbol?.ContainingType)?.OriginalDefinition
            where type?.Locations[0].SourceTree is { } declaration && Codebase.ProjectOf(declaration) != Codebase.ProjectOf(tree)
            select type;
        return uses.ToHashSet<ISymbol>(SymbolEqualityComparer.Default);
    }

    private static IEnumerable<INamedTypeSymbol> FindExposedTypes(INamedTypeSymbol type)
    {
        var members = type.GetMembers()
            .Where(member => member.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected)
            .ToList();
        var exposed = members
            .SelectMany(member => member switch
            {
                IMethodSymbol method => method.Parameters.Select(parameter => parameter.Type).Append(method.ReturnType),
                IPropertySymbol property => [property.Type],
                IFieldSymbol field => [field.Type],
                _ => [],
            })
            .Concat(members.Append(type).SelectMany(member => member.GetAttributes()).Select(attribute => attribute.AttributeClass!))
            // A public interface cannot have an internal base.
            .Concat(type.TypeKind == TypeKind.Interface ? type.Interfaces : [])
            .Append(type.BaseType);
        return exposed.OfType<ITypeSymbol>().SelectMany(Unfold);
    }

    private static IEnumerable<INamedTypeSymbol> Unfold(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => Unfold(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.SelectMany(Unfold).Append(named.OriginalDefinition),
        _ => [],
    };
}

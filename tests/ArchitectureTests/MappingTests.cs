using AutoMapper;
using AutoMapper.Internal;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.Extensions.DependencyInjection;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>
/// AutoMapper only makes flat responses from stored entities. So its advisory GHSA-rvv3-g6hj-g44x cannot be reached: a deeply nested
/// object overflows the stack only if a map is recursive or its source comes from a client.
/// </summary>
public sealed class MappingTests : IDisposable
{
    private readonly ServiceProvider _provider = new ServiceCollection().AddApplication().BuildServiceProvider();

    private List<TypeMap> Maps => [.. _provider.GetRequiredService<IConfigurationProvider>().Internal().GetAllTypeMaps()];

    public void Dispose() => _provider.Dispose();

    [Fact]
    public void Every_map_goes_from_an_entity_to_its_response()
    {
        Assert.NotEmpty(Maps);
        Assert.All(Maps, map =>
        {
            Assert.True(map.SourceType.IsSubclassOf(typeof(Entity)), $"{NameOf(map)}: the source is not an entity");
            Assert.Equal($"{map.SourceType.Name}Response", map.DestinationType.Name);
        });
    }

    [Fact]
    public void No_source_of_a_map_is_a_type_that_clients_send()
    {
        var received = Codebase.Application.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(BodyRequest)))
            .Concat(Operation.All.Select(operation => operation.Request).OfType<Type>())
            .Concat(Operation.All
                .SelectMany(operation => operation.Action.GetParameters())
                .SelectMany(parameter => Unfold(parameter.ParameterType)))
            .ToHashSet();

        Assert.NotEmpty(received);
        Assert.All(Maps, map => Assert.False(received.Contains(map.SourceType), $"{NameOf(map)}: clients send the source"));
    }

    /// <summary>A map of plain values needs no other map, so it cannot be recursive.</summary>
    [Fact]
    public void Every_map_is_flat()
    {
        var members = Maps.SelectMany(map => map.MemberMaps).Where(member => !member.Ignored).ToList();

        Assert.NotEmpty(members);
        Assert.All(members, member =>
        {
            var name = $"{NameOf(member.TypeMap)}, {member.DestinationName}";
            Assert.True(IsPlain(member.SourceType), $"{name}: {member.SourceType} is not a plain value");
            Assert.True(IsPlain(member.DestinationType), $"{name}: {member.DestinationType} is not a plain value");
        });
    }

    /// <summary>Custom code could call the mapper again. Then the map would only look flat.</summary>
    [Fact]
    public void No_map_has_custom_code() =>
        Assert.All(Maps, map =>
        {
            Assert.False(map.HasTypeConverter, $"{NameOf(map)} has a type converter");
            Assert.False(map.CustomConstruction, $"{NameOf(map)} has a constructor function");
            Assert.Empty(map.BeforeMapActions);
            Assert.Empty(map.AfterMapActions);
            Assert.Empty(map.IncludedMembersTypeMaps);
            Assert.Empty(map.PathMaps);
            Assert.DoesNotContain(map.MemberMaps, member => member.IsResolveConfigured && member.CustomMapExpression is null);
        });

    /// <summary>AutoMapper has built-in maps too, such as from a dictionary, for other types.</summary>
    [Fact]
    public void The_mapper_is_called_only_for_these_maps()
    {
        var maps = Maps.Select(map => (map.SourceType.FullName, map.DestinationType.FullName)).ToHashSet();
        var calls =
            from tree in Codebase.Trees("src")
            let model = Codebase.Model(tree)
            from invocation in tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>()
            let method = model.GetSymbolInfo(invocation).Symbol as IMethodSymbol
            where method is { Name: "Map" or "ProjectTo" } && IsOfAutoMapper(method)
            let destination = method.TypeArguments.LastOrDefault()?.ToDisplayString()
            select (Location: invocation.GetLocation().GetLineSpan(), Map: (FindSource(model, invocation, method), destination));

        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.True(maps.Contains(call.Map), $"{call.Location}: there is no map {call.Map}"));
    }

    private static string NameOf(TypeMap map) => $"{map.SourceType.Name} -> {map.DestinationType.Name}";

    private static bool IsPlain(Type type)
    {
        var item = type switch
        {
            { IsArray: true } => type.GetElementType()!,
            { IsGenericType: true } => type.GetGenericArguments()[^1],
            _ => type,
        };
        return item == typeof(string) || item.IsEnum || item is { IsValueType: true, IsGenericType: false, Namespace: nameof(System) };
    }

    private static IEnumerable<Type> Unfold(Type type) => type.GetGenericArguments().SelectMany(Unfold).Append(type);

    private static bool IsOfAutoMapper(IMethodSymbol method) =>
        method.ContainingType.ContainingNamespace.ToDisplayString().Split('.')[0] == nameof(AutoMapper);

    // The static type of the mapped object, or the element type of a query.
    private static string? FindSource(SemanticModel model, InvocationExpressionSyntax invocation, IMethodSymbol method)
    {
        var source = method.ReducedFrom is null
            ? invocation.ArgumentList.Arguments[0].Expression
            : ((MemberAccessExpressionSyntax)invocation.Expression).Expression;
        return model.GetTypeInfo(source).Type switch
        {
            INamedTypeSymbol { TypeArguments: [var element] } => element.ToDisplayString(),
            var type => type?.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString(),
        };
    }
}

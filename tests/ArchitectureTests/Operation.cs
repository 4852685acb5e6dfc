using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Routing;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>An action of a controller, and the names that follow from its operationId.</summary>
internal sealed partial record Operation(Type Controller, MethodInfo Action, HttpMethodAttribute Route)
{
    public static IReadOnlyList<Operation> All { get; } =
    [
        .. from controller in Codebase.Controllers()
           from action in controller.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
           select new Operation(controller, action, action.GetCustomAttributes<HttpMethodAttribute>().Single()),
    ];

    /// <summary>The nouns that clients create. Other operations make the audit entries and the import jobs.</summary>
    public static IReadOnlyList<string> ResourceNouns { get; } =
        [.. Codebase.Nouns.Where(noun => All.Any(operation => operation.Noun == noun && operation.IsCreate))];

    /// <summary>The nouns with a store of their own. The other nouns go through EF Core (docs/design.md, rule 5).</summary>
    public static IReadOnlyList<string> DirectoryNouns { get; } =
    [
        .. ResourceNouns.Where(noun =>
            Codebase.Application.GetType($"CleanWorkspace.Application.{noun}.I{new NounWords(noun).Entity}Store") is not null),
    ];

    public string Id => Route.Name ?? $"{Controller.Name}.{Action.Name} without a name";

    public string Noun => Controller.Name[..^"Controller".Length];

    /// <summary>The operationId that follows from the names of the controller and the action.</summary>
    public string ExpectedId => $"{Noun}_{JsonNamingPolicy.CamelCase.ConvertName(Action.Name)}";

    public string RequestName => $"{Noun}{Action.Name}Request";

    public Type? Request => Codebase.Application.GetType($"CleanWorkspace.Application.{Noun}.{RequestName}");

    public IReadOnlyList<Type> Handlers =>
        [.. Codebase.Application.GetTypes().Where(type => HandledBy(type) is { } request && request == Request)];

    /// <summary>The name of the use case: its handler's name without "Handler".</summary>
    public string UseCase => Handlers.Single().Name[..^"Handler".Length];

    /// <summary>True if the path is the collection of the noun or one of its items.</summary>
    public bool IsPlain => Route.Template is null || ItemTemplate().IsMatch(Route.Template);

    private bool IsCreate => Route is HttpPostAttribute { Template: null };

    public static Operation Of(string id) => All.Single(operation => operation.Id == id);

    /// <summary>Returns the request that the type handles, or null if the type is not a handler.</summary>
    public static Type? HandledBy(Type type) =>
        type.IsAbstract
            ? null
            : type.GetInterfaces()
                .Where(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IRequestHandler<,>))
                .Select(contract => contract.GetGenericArguments()[0])
                .SingleOrDefault();

    [GeneratedRegex(@"^\{id(:\w+)?\}$")]
    private static partial Regex ItemTemplate();
}

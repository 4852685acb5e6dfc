using System.Collections.Concurrent;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.WebApi.Json;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Refuses unknown query parameters of every operation. If a misspelled filter or a parameter such as <c>dry_run</c> were ignored, the
/// service would do something else than the client asked for.
/// </summary>
internal sealed class UnknownParameters : IResourceFilter
{
    // More faults do not help a person. MVC stops at 200.
    private const int MaxFaults = 100;

    private readonly ConcurrentDictionary<ActionDescriptor, string[]> _known = new();

    /// <summary>Adds a fault for each unknown parameter.</summary>
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var query = context.HttpContext.Request.Query;
        if (query.Count == 0)
        {
            return;
        }

        var known = _known.GetOrAdd(
            context.ActionDescriptor, NamesOf, context.HttpContext.RequestServices.GetRequiredService<IModelMetadataProvider>());
        foreach (var name in query.Keys.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)).Take(MaxFaults))
        {
            context.ModelState.AddFault(new RequestFault("unknown_parameter", DetailOf(name, known), Parameter: name));
        }
    }

    /// <summary>Does nothing.</summary>
    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }

    private static string DetailOf(string name, string[] known) =>
        $"Unknown parameter `{ReadingFaults.Shorten(name)}`. " + (known.Length == 0
            ? "This operation has no query parameters."
            : $"Known parameters: {string.Join(", ", known.Select(parameter => $"`{parameter}`"))}.");

    private static string[] NamesOf(ActionDescriptor action, IModelMetadataProvider metadata) =>
    [
        .. action.Parameters
            .Where(parameter => parameter.BindingInfo?.BindingSource == BindingSource.Query)
            .SelectMany(parameter => NamesOf(parameter, metadata))
            .Order(StringComparer.Ordinal),
    ];

    // A parameter of the action is one query parameter, or an object whose properties are query parameters.
    private static IEnumerable<string> NamesOf(ParameterDescriptor parameter, IModelMetadataProvider metadata) =>
        parameter.BindingInfo!.BinderModelName is { } name
            ? [name]
            : metadata.GetMetadataForProperties(parameter.ParameterType)
                .Where(property => property.IsBindingAllowed)
                .Select(property => property.BinderModelName!);
}

using CleanWorkspace.Application.Requests;
using CleanWorkspace.WebApi.Json;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Refuses unknown query parameters. If a misspelled filter were ignored, the client would get more rows than it asked for.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KnownParametersOnlyAttribute : Attribute, IResourceFilter
{
    // More faults do not help a person. MVC stops at 200.
    private const int MaxFaults = 100;

    /// <summary>Adds a fault for each unknown parameter.</summary>
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var query = context.HttpContext.Request.Query;
        if (query.Count == 0)
        {
            return;
        }

        var metadata = context.HttpContext.RequestServices.GetRequiredService<IModelMetadataProvider>();
        var known = context.ActionDescriptor.Parameters
            .Where(parameter => parameter.BindingInfo?.BindingSource == BindingSource.Query)
            .SelectMany(parameter => NamesOf(parameter, metadata))
            .Order(StringComparer.Ordinal)
            .ToList();
        var listed = string.Join(", ", known.Select(name => $"`{name}`"));
        foreach (var name in query.Keys.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)).Take(MaxFaults))
        {
            context.ModelState.AddFault(new RequestFault(
                "unknown_parameter",
                $"Unknown parameter `{ReadingFaults.Shorten(name)}`. Known parameters: {listed}.",
                Parameter: name));
        }
    }

    /// <summary>Does nothing.</summary>
    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }

    // A parameter of the action is one query parameter, or an object whose properties are query parameters.
    private static IEnumerable<string> NamesOf(ParameterDescriptor parameter, IModelMetadataProvider metadata) =>
        parameter.BindingInfo!.BinderModelName is { } name
            ? [name]
            : metadata.GetMetadataForProperties(parameter.ParameterType)
                .Where(property => property.IsBindingAllowed)
                .Select(property => property.BinderModelName!);
}

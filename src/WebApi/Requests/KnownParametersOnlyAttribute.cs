using CleanWorkspace.Application.Requests;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Refuses parameters in the query that the operation has not: where a misspelt one would be dropped in silence, a client would
/// take what it gets for what it asked for.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KnownParametersOnlyAttribute : Attribute, IResourceFilter
{
    // One more tells a person nothing, and MVC itself stops counting at 200.
    private const int MaxFaults = 100;

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
            .ToList();
        foreach (var name in query.Keys.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)).Take(MaxFaults))
        {
            context.ModelState.AddFault(new RequestFault(
                "unknown_parameter", $"There is no such parameter here, but {string.Join(", ", known.Order(StringComparer.Ordinal))}.", Parameter: name));
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }

    // One parameter that has a name, or an object whose properties are parameters.
    private static IEnumerable<string> NamesOf(ParameterDescriptor parameter, IModelMetadataProvider metadata) =>
        parameter.BindingInfo!.BinderModelName is { } name
            ? [name]
            : metadata.GetMetadataForProperties(parameter.ParameterType)
                .Where(property => property.IsBindingAllowed)
                .Select(property => property.BinderModelName!);
}

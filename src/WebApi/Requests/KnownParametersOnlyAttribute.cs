using CleanWorkspace.Application.Common;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Refuses parameters in the query that the action has not: where a misspelt filter would be dropped in silence, a client would
/// take everything for what it asked for.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KnownParametersOnlyAttribute : Attribute, IResourceFilter
{
    // One more tells a person nothing, and MVC itself stops counting at 200.
    private const int MaxFaults = 100;

    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var known = context.ActionDescriptor.Parameters
            .Where(parameter => parameter.BindingInfo?.BindingSource == BindingSource.Query)
            .Select(parameter => parameter.BindingInfo!.BinderModelName)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in context.HttpContext.Request.Query.Keys.Where(name => !known.Contains(name)).Take(MaxFaults))
        {
            context.ModelState.AddFault(new RequestFault("unknown_parameter", "There is no such parameter here.", Parameter: name));
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}

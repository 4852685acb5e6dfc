using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Takes what is wrong with a request's parameters through MVC's model state to the faults that everything else reports.</summary>
internal static class ModelStateFaults
{
    /// <summary>Notes what is wrong with a parameter.</summary>
    public static void AddFault(this ModelStateDictionary modelState, RequestFault fault) =>
        modelState.TryAddModelException(fault.Parameter!, Failure.Invalid([fault]));

    /// <summary>Everything that was noted, and that there is no body where MVC wants one.</summary>
    public static Failure ToException(ModelStateDictionary modelState) => Failure.Invalid(
    [
        .. from entry in modelState
           from error in entry.Value!.Errors
           from fault in (error.Exception as Failure)?.Faults
               ?? [new RequestFault("required", "The request needs a body: a JSON object.", Pointer: "")]
           select fault,
    ]);
}

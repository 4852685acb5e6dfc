using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Carries faults of parameters through the model state of MVC.</summary>
internal static class ModelStateFaults
{
    /// <summary>Adds a fault of a parameter.</summary>
    public static void AddFault(this ModelStateDictionary modelState, RequestFault fault) =>
        modelState.TryAddModelException(fault.Parameter!, Failure.Invalid([fault]));

    /// <summary>Returns all faults as one failure. An error of MVC itself means that the body is missing.</summary>
    public static Failure ToException(ModelStateDictionary modelState) => Failure.Invalid(
    [
        .. from entry in modelState
           from error in entry.Value!.Errors
           from fault in (error.Exception as Failure)?.Faults
               ?? [new RequestFault("required", "The request needs a body: a JSON object.", Pointer: "")]
           select fault,
    ]);
}

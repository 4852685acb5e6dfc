using CleanWorkspace.Application.Common;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Turns what MVC found wrong with a request's parameters into the faults that everything else reports.</summary>
internal static class ModelStateFaults
{
    public static InvalidRequestException ToException(ModelStateDictionary modelState) => new(
    [
        .. from entry in modelState
           from error in entry.Value!.Errors
           select entry.Value.RawValue is null
               ? new RequestFault("required", "The request needs a body: a JSON object.", Pointer: "")
               : new RequestFault("invalid_number", error.ErrorMessage, Parameter: entry.Key),
    ]);
}

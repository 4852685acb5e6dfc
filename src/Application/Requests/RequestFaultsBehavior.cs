using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.Requests;

/// <summary>
/// Refuses an invalid request with every fault at once: those of reading the body, those that a validator finds, and those
/// that only the database can tell. A valid request is looked up nowhere, for the write's own constraints answer for its
/// references; only read-only properties that were sent back are compared before it.
/// </summary>
internal sealed class RequestFaultsBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators, IWorkspaceDbContext db)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : BodyRequest, IRequest<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var faults = new List<RequestFault>(request.ReadingFaults);
        faults.AddRange(validators
            .SelectMany(validator => validator.Validate(request).Errors)
            .Select(failure => new RequestFault(
                failure.ErrorCode, failure.ErrorMessage, failure.PropertyName.Length == 0 ? "" : $"/{failure.PropertyName}")));

        var references = request.GetReferences();
        faults.AddRange(faults.Count > 0
            ? await db.FindFaultsAsync(references, cancellationToken)
            : await db.CompareAsync(references, cancellationToken));

        if (faults.Count > 0)
        {
            throw Failure.Invalid(faults);
        }

        try
        {
            return await next();
        }
        catch (Failure violation) when (violation.Kind == FailureKind.BrokenReference)
        {
            faults = await db.FindFaultsAsync(references, cancellationToken);
            // What broke the constraint may be gone already: a namesake that was deleted since.
            throw Failure.Invalid(faults.Count > 0 ? faults : [references.Place(violation.Faults[0])]);
        }
    }
}

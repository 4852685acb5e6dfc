using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.Requests;

/// <summary>
/// Refuses an invalid request and names all its faults: of the JSON, of the values and of references to stored rows.
/// </summary>
/// <remarks>
/// A valid request causes no extra query, because constraints of the database check its references during the write. Only
/// properties that the client sent back need a query before the write.
/// </remarks>
internal sealed class RequestFaultsBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators, ReferenceCheck check)
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
        faults.AddRange(faults.Count > 0
            ? await check.FindFaultsAsync(request, cancellationToken)
            : await check.CompareAsync(request, cancellationToken));

        if (faults.Count > 0)
        {
            throw Failure.Invalid(faults);
        }

        try
        {
            return await next();
        }
        catch (Failure broken) when (broken.Kind == FailureKind.BrokenReference)
        {
            faults = await check.FindFaultsAsync(request, cancellationToken);
            // The reason may be gone already, for example a user with the same address that was deleted since.
            throw Failure.Invalid(faults.Count > 0 ? faults : [request.GetReferences().Locate(broken.Faults[0])]);
        }
    }
}

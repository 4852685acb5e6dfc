using CleanWorkspace.Application.Requests;
namespace CleanWorkspace.Application;

/// <summary>
/// A write broke a constraint that a request's <see cref="References"/> answer for, and was undone as a whole.
/// <see cref="RequestFaultsBehavior{TRequest,TResponse}"/> finds out all that do not hold.
/// </summary>
/// <param name="fault">What the constraint says of the request.</param>
/// <param name="innerException">What the database said.</param>
public sealed class ConstraintViolationException(RequestFault fault, Exception innerException) : Exception(fault.Detail, innerException)
{
    /// <summary>What the constraint says of the request; true at the moment of the write, whatever came after.</summary>
    public RequestFault Fault { get; } = fault;
}

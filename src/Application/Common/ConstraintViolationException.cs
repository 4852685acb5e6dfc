namespace CleanWorkspace.Application.Common;

/// <summary>
/// A write broke a constraint that a request's <see cref="References"/> answer for, and was undone as a whole.
/// <see cref="RequestFaultsBehavior{TRequest,TResponse}"/> finds out which of them do not hold.
/// </summary>
/// <param name="constraint">The constraint's name in the database.</param>
/// <param name="innerException">What the database said.</param>
public sealed class ConstraintViolationException(string constraint, Exception innerException)
    : Exception($"The write broke the constraint {constraint}.", innerException);

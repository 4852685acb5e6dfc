namespace CleanWorkspace.Application;

/// <summary>The resource has another version than the client expects, and was left alone: 412.</summary>
/// <param name="innerException">What the database said.</param>
public sealed class PreconditionFailedException(Exception innerException)
    : Exception("The resource has changed since it was read.", innerException);

namespace CleanWorkspace.Application;

/// <summary>Something else was written under the same key, so this was not: 422.</summary>
/// <param name="innerException">What the database said.</param>
public sealed class IdempotencyKeyReusedException(Exception innerException)
    : Exception("The idempotency key stands for another request.", innerException);

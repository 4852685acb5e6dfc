namespace CleanWorkspace.Application;

/// <summary>A write under the same key is still running, so this one was not begun: 409, and its answer can be had later.</summary>
/// <param name="innerException">What the database said.</param>
public sealed class IdempotencyKeyInUseException(Exception innerException)
    : Exception("A request with this idempotency key is still running.", innerException);

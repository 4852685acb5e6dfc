namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>The private server cannot run. The message tells the operator what is wrong, where, and what to do.</summary>
public sealed class PrivatePostgresException(string message, Exception? innerException = null)
    : Exception(message, innerException);

namespace CleanWorkspace.Application.Transfers;

/// <summary>The database fell silent when it was told to commit: the import may be there as a whole, or nothing of it.</summary>
/// <param name="cause">What was met instead of the database's word.</param>
public sealed class ImportOutcomeUnknownException(Exception cause) : Exception(cause.Message, cause);

namespace CleanWorkspace.Application.Transfers;

/// <summary>Another import is running, which is waited for by nobody: it may take minutes.</summary>
public sealed class ImportInProgressException() : Exception("Another import into this workspace is running. Nothing was changed; try again when it has ended.");


namespace CleanWorkspace.Application.Transfers;

/// <summary>Imports files: a write of any size, which has a connection and a transaction of its own for as long as it takes (docs/decisions/0011).</summary>
public interface IWorkspaceImporter
{
    /// <summary>
    /// Creates and changes users and groups as the rows of a file say, in one transaction, and says how it ended. Nothing is changed
    /// where a row is refused, but for a partial import, or where the rows end with an exception.
    /// </summary>
    /// <exception cref="Failure">Another import is running.</exception>
    /// <exception cref="Failure">Others changed what the rows are about, time and again.</exception>
    Task<ImportSummary> ImportAsync(
        IAsyncEnumerable<CheckedRow> rows, ImportOptions options, IImportReport report, Caller caller, CancellationToken cancellationToken);
}

namespace CleanWorkspace.Application.Transfers;

/// <summary>Imports and exports of the directory. Both work on any number of rows in constant memory (docs/decisions/0011).</summary>
public interface ITransfers
{
    /// <summary>Creates and changes users and groups from the rows of a file, in one transaction.</summary>
    /// <remarks>
    /// If a row is refused, nothing changes, unless the import is partial. If <paramref name="rows"/> throws, nothing changes.
    /// The import has its own connection and transaction.
    /// </remarks>
    /// <param name="rows">The rows in the order of the file. They are read once.</param>
    /// <param name="options">The options of the import.</param>
    /// <param name="report">Receives the progress and the result.</param>
    /// <param name="caller">The caller that the audit names.</param>
    /// <param name="cancellationToken">Ends the import. Nothing changes then.</param>
    /// <exception cref="Failure">
    /// Another import is running, other writers won every race, or the connection was lost during the commit.
    /// </exception>
    Task<ImportSummary> ImportAsync(
        IAsyncEnumerable<CheckedRow> rows, ImportOptions options, IImportReport report, Caller caller, CancellationToken cancellationToken);

    /// <summary>Deletes the users that the rows of a file name, in one transaction.</summary>
    /// <remarks>
    /// A row names the user that has its address and its id, or the one of them that it gives. A row without such a user is refused. The
    /// other values of a row are ignored. Everything else is as in an import.
    /// </remarks>
    /// <param name="rows">The rows in the order of the file. They are read once.</param>
    /// <param name="options">The options of the import. Those about groups and merging have no effect.</param>
    /// <param name="report">Receives the progress and the result.</param>
    /// <param name="caller">The caller that the audit names.</param>
    /// <param name="cancellationToken">Ends the deletion. Nothing changes then.</param>
    /// <exception cref="Failure">
    /// Another import is running, other writers won every race, or the connection was lost during the commit.
    /// </exception>
    Task<ImportSummary> DeleteAsync(
        IAsyncEnumerable<CheckedRow> rows, ImportOptions options, IImportReport report, Caller caller, CancellationToken cancellationToken);

    /// <summary>Writes all groups and then all users from one snapshot, ordered by id.</summary>
    /// <param name="writer">Receives the groups and users one by one.</param>
    /// <param name="cancellationToken">Ends the export.</param>
    /// <exception cref="Failure">The limit of simultaneous exports is reached.</exception>
    Task ExportAsync(IExportWriter writer, CancellationToken cancellationToken);
}

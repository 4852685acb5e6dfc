namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The change that the staged rows ask for.</summary>
internal interface IImportChange
{
    /// <summary>Compares the rows with the workspace and refuses rows. Takes no locks.</summary>
    Task<ImportCounts> PlanAsync(CancellationToken cancellationToken);

    /// <summary>Applies the plan in the transaction of the import.</summary>
    /// <returns>The counts; null if other writers put the plan out of date.</returns>
    Task<ImportCounts?> WriteAsync(ImportCounts planned, CancellationToken cancellationToken);
}

namespace CleanWorkspace.Application.Transfers;

/// <summary>Receives the progress and the result of an import.</summary>
public interface IImportReport
{
    /// <summary>Receives the progress. Called often, so it must return at once.</summary>
    /// <param name="stage">The present stage.</param>
    /// <param name="rows">The number of rows that the stage has finished.</param>
    /// <param name="total">The number of all rows of the stage; null if it is not known yet.</param>
    void Progress(ImportStage stage, long rows, long? total);

    /// <summary>Receives the result. Called once, after the commit or the rollback.</summary>
    /// <param name="summary">The counts.</param>
    /// <param name="refusals">Every fault of every refused row, ordered by line. It can be read once.</param>
    /// <param name="cancellationToken">Ends the report.</param>
    Task CloseAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken);
}

/// <summary>A stage of an import.</summary>
public enum ImportStage
{
    /// <summary>Reads the file and checks it row by row.</summary>
    Reading,

    /// <summary>Compares the rows with each other and with the workspace.</summary>
    Comparing,

    /// <summary>Changes the workspace. Other connections see nothing of it before the commit.</summary>
    Applying,
}

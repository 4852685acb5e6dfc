namespace CleanWorkspace.Application.Transfers;

/// <summary>Where an import says how far it is and how it ended.</summary>
public interface IImportReport
{
    /// <summary>Says how far the import is. Called often: it does no more than note it.</summary>
    /// <param name="stage">What is being done.</param>
    /// <param name="rows">With how many rows.</param>
    /// <param name="total">Of how many; null where that is not known yet.</param>
    void Progress(ImportStage stage, long rows, long? total);

    /// <summary>Says how the import ended: called once, after it was committed or rolled back.</summary>
    /// <param name="summary">What was done.</param>
    /// <param name="refusals">Every fault of every refused row, by line; read it once.</param>
    /// <param name="cancellationToken">Ends when nobody wants to know any more.</param>
    Task CloseAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken);
}

/// <summary>What an import is doing.</summary>
public enum ImportStage
{
    /// <summary>Reads and checks the file, row by row.</summary>
    Reading,

    /// <summary>Compares the rows with each other and with the workspace.</summary>
    Comparing,

    /// <summary>Changes the workspace, which nobody sees before the end.</summary>
    Applying,
}

namespace CleanWorkspace.Application.Transfers;

/// <summary>Adds the counts of the check to the summary. The import itself knows only the valid and the refused rows.</summary>
internal sealed class CheckedReport(IImportReport report, RowCheck check) : IImportReport
{
    public void Progress(ImportStage stage, long rows, long? total) => report.Progress(stage, rows, total);

    public Task CloseAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken) =>
        report.CloseAsync(check.AddCounts(summary), refusals, cancellationToken);
}

using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Infrastructure.ImportJobs;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Stores the report of a job.</summary>
internal sealed class JobReport(PendingImportJobs jobs, Guid job) : IImportReport
{
    private long _rowsRead;

    /// <summary>The number of rows that were read so far.</summary>
    public long RowsRead => Volatile.Read(ref _rowsRead);

    public void Progress(ImportStage stage, long rows, long? total)
    {
        if (stage == ImportStage.Reading)
        {
            Volatile.Write(ref _rowsRead, rows);
        }
    }

    public async Task CloseAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken)
    {
        var groups = new FaultGroups();
        var listed = new List<ImportRefusal>();
        await foreach (var refusal in refusals.WithCancellation(cancellationToken))
        {
            groups.Add(refusal);
            if (listed.Count < ImportJobResponse.MaxFaults)
            {
                listed.Add(refusal);
            }
        }

        var result = summary with { Faults = groups.ToList(), FaultsOmitted = groups.Count - listed.Count };
        await jobs.EndAsync(job, RowsRead, result, listed, cancellationToken);
    }
}

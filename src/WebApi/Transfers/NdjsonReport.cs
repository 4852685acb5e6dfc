using System.IO.Pipelines;
using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Answers an import with its report as NDJSON: a line for each fault, ordered by line, and the summary last.</summary>
/// <remarks>A client that reads the report too slowly loses its connection, because no other import can run meanwhile.</remarks>
/// <param name="response">The answer.</param>
/// <param name="ended">Cancelled at the end of the request. From then on the answer cannot be used.</param>
internal sealed class NdjsonReport(HttpResponse response, CancellationToken ended) : IImportReport
{
    // More lines make the report as large as the file. The summary has the counts of all faults.
    private const int MaxFaults = 100_000;

    /// <summary>Does nothing, because the status comes first and is known only at the end.</summary>
    public void Progress(ImportStage stage, long rows, long? total)
    {
    }

    public async Task CloseAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken)
    {
        ended.ThrowIfCancellationRequested();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended);
        response.StatusCode = summary.IsRefused ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK;
        response.ContentType = MediaTypes.Ndjson;
        try
        {
            await WriteAsync(summary, refusals, either.Token);
        }
        catch (BadHttpRequestException)
        {
            response.HttpContext.Abort();
        }
    }

    private async Task WriteAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken)
    {
        var output = PipeWriter.Create(PacedStream.Of(response.HttpContext, response.Body));
        using var lines = new ReportLines(output);
        var faults = new FaultGroups();
        await foreach (var refusal in refusals.WithCancellation(cancellationToken))
        {
            faults.Add(refusal);
            if (faults.Count <= MaxFaults)
            {
                await lines.WriteAsync(refusal, cancellationToken);
            }
        }

        var omitted = Math.Max(0, faults.Count - MaxFaults);
        await lines.WriteAsync(summary with { Faults = faults.ToList(), FaultsOmitted = omitted }, cancellationToken);
        await lines.FlushAsync(cancellationToken);
        await output.CompleteAsync();
    }
}

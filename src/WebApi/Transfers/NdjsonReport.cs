using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Answers an import with its report as NDJSON: a line for each fault, ordered by line, and the summary last.</summary>
/// <remarks>
/// If the database is silent, the request can end before the import does. Dispose the report at the end of the request: then the
/// import can no longer use the request's body and response. A client that reads the report too slowly loses its connection, because
/// no other import can run meanwhile.
/// </remarks>
internal sealed class NdjsonReport : IImportReport, IDisposable
{
    // More lines make the report as large as the file. The summary has the counts of all faults.
    private const int MaxFaults = 100_000;

    private readonly HttpResponse _response;
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationToken _ended;

    public NdjsonReport(HttpResponse response)
    {
        _response = response;
        _ended = _end.Token;
    }

    /// <summary>Passes on the rows of the request's body until the request ends.</summary>
    public async IAsyncEnumerable<ImportRow> Accept(
        IAsyncEnumerable<ImportRow> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
        either.Token.ThrowIfCancellationRequested();
        await foreach (var row in rows.WithCancellation(either.Token))
        {
            yield return row;
            either.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Does nothing, because the status comes first and is known only at the end.</summary>
    public void Progress(ImportStage stage, long rows, long? total)
    {
    }

    public async Task CloseAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken)
    {
        _ended.ThrowIfCancellationRequested();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
        var isRefused = summary is { Applied: false, DryRun: false, Refused: > 0 };
        _response.StatusCode = isRefused ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK;
        _response.ContentType = MediaTypes.Ndjson;
        try
        {
            await WriteAsync(summary, refusals, either.Token);
        }
        catch (BadHttpRequestException)
        {
            _response.HttpContext.Abort();
        }
    }

    private async Task WriteAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken)
    {
        var output = PipeWriter.Create(PacedStream.Of(_response.HttpContext, _response.Body));
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

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }
}

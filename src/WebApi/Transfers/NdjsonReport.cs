using System.Runtime.CompilerServices;
using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>
/// The report of an import as the answer to its request: a line for each fault, by line, and the summary last. The import may be left
/// behind by its request, where the database is silent; from then on it can neither read nor answer what is not its own any more.
/// </summary>
internal sealed class NdjsonReport : IImportReport, IDisposable
{
    private readonly HttpResponse _response;
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationToken _ended;

    public NdjsonReport(HttpResponse response)
    {
        _response = response;
        _ended = _end.Token;
    }

    /// <summary>The rows of the request's body, for as long as the request lasts.</summary>
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

    /// <summary>Says nothing: the status, which comes first, is not known before the end.</summary>
    public void Progress(ImportStage stage, long rows, long? total)
    {
    }

    public async Task CloseAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken)
    {
        _ended.ThrowIfCancellationRequested();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
        _response.StatusCode = summary is { Applied: false, DryRun: false, Refused: > 0 } ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        _response.ContentType = MediaTypes.Ndjson;
        using var lines = new ReportLines(_response.BodyWriter);
        await foreach (var refusal in refusals.WithCancellation(either.Token))
        {
            await lines.WriteAsync(refusal, either.Token);
        }

        await lines.WriteAsync(summary, either.Token);
        await lines.FlushAsync(either.Token);
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }
}

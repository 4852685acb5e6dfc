using System.Globalization;
using System.IO.Pipelines;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Transfers;
using Spectre.Console;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The report of an import on the command line: the first refused rows as a table, and the summary. All of them go to a file, if there is one.</summary>
internal sealed class TerminalReport(TransferProgress progress, Stream? rejects) : IImportReport
{
    private const int MaxShown = 50;

    /// <summary>How the import ended; null before that.</summary>
    public ImportSummary? Summary { get; private set; }

    public void Progress(ImportStage stage, long rows, long? total) => progress.Note(stage.ToString(), rows, total);

    public async Task CloseAsync(ImportSummary summary, IAsyncEnumerable<ImportRefusal> refusals, CancellationToken cancellationToken)
    {
        Summary = summary;
        await progress.DisposeAsync();
        var shown = new List<ImportRefusal>();
        var count = await ReadAsync(refusals, shown, cancellationToken);
        if (count > 0)
        {
            Show(shown, count - shown.Count);
        }

        Show(summary);
    }

    // Every one of them to the file, the first to the list.
    private async Task<long> ReadAsync(IAsyncEnumerable<ImportRefusal> refusals, List<ImportRefusal> first, CancellationToken cancellationToken)
    {
        var output = PipeWriter.Create(rejects ?? Stream.Null, new StreamPipeWriterOptions(leaveOpen: true));
        using var lines = new ReportLines(output);
        var count = 0L;
        await foreach (var refusal in refusals.WithCancellation(cancellationToken))
        {
            count++;
            await lines.WriteAsync(refusal, cancellationToken);
            if (first.Count < MaxShown)
            {
                first.Add(refusal);
            }
        }

        await output.CompleteAsync();
        return count;
    }

    private void Show(List<ImportRefusal> refusals, long more)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("line", "column", "code", "problem");
        foreach (var refusal in refusals)
        {
            table.AddRow(
                new Text(refusal.Line.ToString(CultureInfo.InvariantCulture)),
                new Text(Terminal.Visible(refusal.Column ?? "")),
                new Text(refusal.Code),
                new Text(Terminal.Visible(refusal.Detail)));
        }

        Terminal.Output.Write(table);
        if (more > 0)
        {
            Console.WriteLine(rejects is null
                ? string.Create(CultureInfo.InvariantCulture, $"and {more:N0} more; --rejects FILE writes all of them")
                : string.Create(CultureInfo.InvariantCulture, $"and {more:N0} more, in the file that --rejects names"));
        }
    }

    private static void Show(ImportSummary summary)
    {
        Console.WriteLine(summary switch
        {
            { DryRun: true } => "Dry run: nothing was changed.",
            { Applied: false, Refused: > 0 } => "Nothing was changed, because rows were refused; --partial applies the others.",
            _ => "Done.",
        });
        var (created, updated) = summary.Applied ? ("created", "updated") : ("to create", "to update");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            users   {summary.Created:N0} {created}, {summary.Updated:N0} {updated}, {summary.Unchanged:N0} unchanged
            groups  {summary.GroupsCreated:N0} {created}, {summary.GroupsUpdated:N0} {updated}, {summary.GroupsUnchanged:N0} unchanged
            rows    {summary.Refused:N0} refused
            time    {summary.Seconds:N2} seconds
            """));
    }
}

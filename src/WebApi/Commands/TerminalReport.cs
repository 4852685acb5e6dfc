using System.Globalization;
using System.IO.Pipelines;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Transfers;
using Spectre.Console;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Reports an import on the command line: a table of the first faults, and the summary.</summary>
/// <param name="progress">The progress of the import. It ends before the report starts.</param>
/// <param name="rejects">Receives all faults; null if there is no such file.</param>
internal sealed class TerminalReport(TransferProgress progress, Stream? rejects) : IImportReport
{
    private const int MaxShown = 50;

    /// <summary>The summary; null until the import has ended.</summary>
    public ImportSummary? Summary { get; private set; }

    public void Progress(ImportStage stage, long rows, long? total) => progress.Set(stage.ToString(), rows, total);

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

    // Writes all faults to the file and adds the first ones to the list. Returns the number of all faults.
    private async Task<long> ReadAsync(
        IAsyncEnumerable<ImportRefusal> refusals, List<ImportRefusal> first, CancellationToken cancellationToken)
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
                ? string.Create(CultureInfo.InvariantCulture, $"and {more:N0} more; use --rejects FILE to get all of them")
                : string.Create(CultureInfo.InvariantCulture, $"and {more:N0} more; all are in the file of --rejects"));
        }
    }

    private static void Show(ImportSummary summary)
    {
        Console.WriteLine(summary switch
        {
            { DryRun: true } => "Dry run: nothing was changed.",
            { Applied: false, Refused: > 0 } => "Nothing was changed, because rows were refused. Use --partial to apply the other rows.",
            _ => "Done.",
        });
        var (created, updated, deleted) = summary.Applied ? ("created", "updated", "deleted") : ("to create", "to update", "to delete");
        var (added, removed) = summary.Applied ? ("added", "removed") : ("to add", "to remove");
        var users = string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Created:N0} {created}, {summary.Updated:N0} {updated}, {summary.Unchanged:N0} unchanged");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            users   {users}, {summary.Deleted:N0} {deleted}
            groups  {summary.GroupsCreated:N0} {created}, {summary.GroupsUpdated:N0} {updated}, {summary.GroupsUnchanged:N0} unchanged
            rows    {summary.Refused:N0} refused, {summary.Merged:N0} merged
            members {summary.MembershipsAdded:N0} {added}, {summary.MembershipsRemoved:N0} {removed}
            time    {summary.Seconds:N2} seconds
            """));
    }
}

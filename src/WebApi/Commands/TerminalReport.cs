using System.Globalization;
using System.IO.Pipelines;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Transfers;
using Spectre.Console;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Reports an import on the command line: a table of the faults or of groups of them, and the summary.</summary>
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
        var faults = new List<ImportRefusal>();
        var groups = await ReadAsync(refusals, faults, cancellationToken);
        if (groups.Count > MaxShown)
        {
            Show(groups);
        }
        else if (groups.Count > 0)
        {
            Show(faults);
        }

        Show(summary);
    }

    // Writes all faults to the file and adds the first ones to the list. Returns all in groups.
    private async Task<FaultGroups> ReadAsync(
        IAsyncEnumerable<ImportRefusal> refusals, List<ImportRefusal> first, CancellationToken cancellationToken)
    {
        var output = PipeWriter.Create(rejects ?? Stream.Null, new StreamPipeWriterOptions(leaveOpen: true));
        using var lines = new ReportLines(output);
        var groups = new FaultGroups();
        await foreach (var refusal in refusals.WithCancellation(cancellationToken))
        {
            groups.Add(refusal);
            await lines.WriteAsync(refusal, cancellationToken);
            if (first.Count < MaxShown)
            {
                first.Add(refusal);
            }
        }

        await output.CompleteAsync();
        return groups;
    }

    private static void Show(List<ImportRefusal> faults)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("line", "column", "code", "problem");
        foreach (var fault in faults)
        {
            table.AddRow(
                new Text(fault.Line.ToString(CultureInfo.InvariantCulture)),
                new Text(Terminal.Visible(fault.Column ?? "")),
                new Text(fault.Code),
                new Text(Terminal.Visible(fault.Detail)));
        }

        Terminal.Output.Write(table);
    }

    private void Show(FaultGroups faults)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("rows", "column", "code", "lines", "problem");
        foreach (var group in faults.ToList())
        {
            var more = group.Lines.Count < group.Rows ? ", …" : "";
            table.AddRow(
                new Text(ToText(group.Rows)),
                new Text(Terminal.Visible(group.Column ?? "")),
                new Text(group.Code),
                new Text(string.Join(", ", group.Lines) + more),
                new Text(string.Join('\n', group.Details.Select(Terminal.Visible))));
        }

        Terminal.Output.Write(table);
        Console.WriteLine(rejects is null
            ? $"{ToText(faults.Count)} faults; use --rejects FILE to get each of them"
            : $"{ToText(faults.Count)} faults; each is in the file of --rejects");
    }

    private static string ToText(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

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
            rows    {summary.Refused:N0} refused, {summary.Merged:N0} merged, {summary.Blank:N0} blank
            members {summary.MembershipsAdded:N0} {added}, {summary.MembershipsRemoved:N0} {removed}
            time    {summary.Seconds:N2} seconds
            """));
        if (summary.WithoutEmail > 0)
        {
            Console.WriteLine(
                $"Warning: {ToText(summary.WithoutEmail)} {(summary.WithoutEmail == 1 ? "row has" : "rows have")} no e-mail address. "
                + "Each import of this file creates a new user for each such row.");
        }
    }
}

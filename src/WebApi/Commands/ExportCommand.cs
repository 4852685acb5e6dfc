using System.CommandLine;
using System.Globalization;
using System.IO.Pipelines;
using CleanWorkspace.Application.Users;
using CleanWorkspace.WebApi.Transfers;
using MediatR;
using Npgsql;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The command <c>export</c>: all users and groups into a file, by the same use case as over HTTP.</summary>
internal static class ExportCommand
{
    public static Command Create(CancellationToken cancellationToken)
    {
        var file = new Argument<string>("file")
        {
            Description = "The file, which is not there yet; - for the standard output, as if not given.",
            DefaultValueFactory = _ => TransferFile.StandardStream,
        };
        var format = TransferFile.CreateFormatOption();
        var excelSafe = new Option<bool>("--excel-safe")
        {
            Description = "Puts an apostrophe before cells that spreadsheets would take for formulas; an import takes it for part of the text. CSV only.",
        };
        excelSafe.Validators.Add(result =>
        {
            // What stands there: an option that is in error itself has no value.
            var asked = result.GetResult(format)?.Tokens is [var token, ..] ? token.Value : null;
            if (result.GetValueOrDefault<bool>() && TransferFile.FormatOf(result.GetValue(file)!, asked) != FileFormat.Csv)
            {
                result.AddError("--excel-safe goes with CSV only: in NDJSON nothing is taken for a formula.");
            }
        });
        var force = new Option<bool>("--force") { Description = "Replaces the file if it is there." };
        var command = new ExampleCommand(
            "export",
            "Writes every user, and in NDJSON every group, as they are at one moment: what an import takes. Exit code 0 where the file is whole; otherwise there is none, and it is 1, or 130 where it was interrupted.",
            ("export users.csv", "Exports a table of users, with the names of their groups."),
            ("export workspace.ndjson", "Exports all that there is, ids included."),
            ("export --format ndjson | gzip > workspace.ndjson.gz", "Exports to the standard output."),
            ("export users.csv --excel-safe --force", "Exports for spreadsheets, and replaces the file."))
        {
            file, format, excelSafe, force,
        };
        command.SetAction((arguments, _) =>
        {
            var path = arguments.GetValue(file)!;
            return RunAsync(
                path == TransferFile.StandardStream ? null : path,
                TransferFile.FormatOf(path, arguments.GetValue(format)),
                arguments.GetValue(excelSafe),
                arguments.GetValue(force),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(string? path, FileFormat format, bool isExcelSafe, bool replaces, CancellationToken cancellationToken)
    {
        try
        {
            await using var output = OutputFile.Open(path, replaces);
            await using var progress = new TransferProgress(ExportTally.Stage, () => null);
            var (written, seconds) = ("", TimeProvider.System.GetTimestamp());
            await CommandRun.OfAsync(
                "export",
                async mediator =>
                {
                    progress.Start();
                    var exporting = ExportAsync(mediator, output.Stream, format, isExcelSafe, progress, cancellationToken);
                    // What waits for the reader of a pipe cannot be cancelled; the program ends without it.
                    written = await (path is null ? exporting.WaitAsync(cancellationToken) : exporting);
                    return 0;
                },
                cancellationToken);
            await output.KeepAsync();
            await progress.DisposeAsync();
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"Exported {written} in {TimeProvider.System.GetElapsedTime(seconds).TotalSeconds:0.0} s."));
            return 0;
        }
        catch (Exception exception) when (Explain(exception, path, cancellationToken) is { } explanation)
        {
            var outcome = path is null ? "what was written is not whole." : "nothing was exported.";
            return await CommandRun.FailAsync($"{explanation.TrimEnd('.')}: {outcome}", cancellationToken.IsCancellationRequested);
        }
    }

    /// <summary>What was written, in words.</summary>
    private static async Task<string> ExportAsync(
        IMediator mediator, Stream output, FileFormat format, bool isExcelSafe, TransferProgress progress, CancellationToken cancellationToken)
    {
        var pipe = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        var writer = format.Write(pipe, isExcelSafe);
        var tally = new ExportTally(writer, progress);
        await mediator.Send(new UsersExportRequest(tally), cancellationToken);
        await writer.EndAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{tally.Users:N0} users{(tally.HasGroups ? $" and {tally.Groups:N0} groups" : "")}");
    }

    private static string? Explain(Exception exception, string? path, CancellationToken cancellationToken) => exception switch
    {
        _ when cancellationToken.IsCancellationRequested => "Interrupted",
        PostgresException refusal => $"The database refuses the export ({refusal.MessageText})",
        NpgsqlException fault => $"The database does not answer ({fault.Message})",
        DirectoryNotFoundException => $"There is no folder {Path.GetDirectoryName(path)}",
        ArgumentException when path is "" => TransferFile.NoName,
        UnauthorizedAccessException or IOException or ArgumentException => $"{path ?? "The standard output"} cannot be written ({exception.Message.TrimEnd('.')})",
        _ => null,
    };
}

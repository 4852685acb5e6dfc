using System.CommandLine;
using System.Globalization;
using System.IO.Pipelines;
using CleanWorkspace.Application.Users;
using CleanWorkspace.WebApi.Transfers;
using MediatR;
using Npgsql;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The command <c>export</c>. It runs the same use case as the HTTP operation.</summary>
internal static class ExportCommand
{
    public static Command Create(CancellationToken cancellationToken)
    {
        var file = new Argument<string>("file")
        {
            Description = "The new file, or - for the standard output.",
            DefaultValueFactory = _ => TransferFile.StandardStream,
        };
        var format = TransferFile.CreateFormatOption();
        var excelSafe = new Option<bool>("--excel-safe")
        {
            Description = "Puts an apostrophe before cells that spreadsheets would run as formulas. "
                + "An import reads the apostrophe as part of the text. Needs CSV.",
        };
        excelSafe.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<bool>())
            {
                TransferFile.RequireCsv(result, file, format);
            }
        });
        var force = new Option<bool>("--force") { Description = "Replaces the file if it exists." };
        var command = new ExampleCommand(
            "export",
            "Writes all users of one moment to a file, in NDJSON all groups too. An import reads this file. "
                + "If the export fails, it leaves no file.",
            ("export users.csv", "Exports a table of users with the names of their groups."),
            ("export workspace.ndjson", "Exports all users and groups with their ids."),
            ("export --format ndjson | gzip > workspace.ndjson.gz", "Exports to the standard output."),
            ("export users.csv --excel-safe --force", "Exports for spreadsheets and replaces the file."))
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

    private static async Task<int> RunAsync(
        string? path, FileFormat format, bool isExcelSafe, bool replaces, CancellationToken cancellationToken)
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
                    // A write to a pipe that nobody reads cannot be cancelled. The program ends without waiting for it.
                    written = await (path is null ? exporting.WaitAsync(cancellationToken) : exporting);
                    return 0;
                },
                cancellationToken);
            await output.CompleteAsync();
            await progress.DisposeAsync();
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"Exported {written} in {TimeProvider.System.GetElapsedTime(seconds).TotalSeconds:0.0} s."));
            return 0;
        }
        catch (Exception exception) when (Explain(exception, path, cancellationToken) is { } explanation)
        {
            var outcome = path is null ? "the output is incomplete." : "nothing was exported.";
            return await CommandRun.FailAsync($"{explanation.TrimEnd('.')}: {outcome}", cancellationToken.IsCancellationRequested);
        }
    }

    /// <summary>Runs the export.</summary>
    /// <returns>The numbers of users and groups, for a message.</returns>
    private static async Task<string> ExportAsync(
        IMediator mediator,
        Stream output,
        FileFormat format,
        bool isExcelSafe,
        TransferProgress progress,
        CancellationToken cancellationToken)
    {
        var pipe = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        var writer = format.Write(pipe, isExcelSafe);
        var tally = new ExportTally(writer, progress);
        await mediator.Send(new UsersExportRequest(tally), cancellationToken);
        await writer.EndAsync(cancellationToken);
        var groups = tally.HasGroups ? string.Create(CultureInfo.InvariantCulture, $" and {tally.Groups:N0} groups") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{tally.Users:N0} users{groups}");
    }

    private static string? Explain(Exception exception, string? path, CancellationToken cancellationToken) => exception switch
    {
        _ when cancellationToken.IsCancellationRequested => "Interrupted",
        PostgresException refusal => $"The database refused the export ({refusal.MessageText})",
        NpgsqlException fault => $"The connection to the database was lost ({fault.Message})",
        DirectoryNotFoundException => $"There is no folder {Path.GetDirectoryName(path)}",
        ArgumentException when path is "" => TransferFile.NoName,
        UnauthorizedAccessException or IOException or ArgumentException =>
            $"{path ?? "The standard output"} cannot be written ({exception.Message.TrimEnd('.')})",
        _ => null,
    };
}

using System.CommandLine;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.Users;
using CleanWorkspace.WebApi.Transfers;
using MediatR;
using Npgsql;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The command <c>import</c>. It runs the same use case as the HTTP operation.</summary>
internal static class ImportCommand
{
    public static Command Create(CancellationToken cancellationToken)
    {
        var file = new Argument<string>("file") { Description = "The file, or - for the standard input." };
        var format = TransferFile.CreateFormatOption();
        var createGroups = new Option<bool>("--create-groups")
        {
            Description = "Creates missing groups. Without this option, rows that name a missing group are refused.",
        };
        var partial = new Option<bool>("--partial")
        {
            Description = "Applies the valid rows if other rows are refused. Without this option, one refused row stops the import.",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Shows what the import would change, and changes nothing." };
        var userGroups = new Option<string>("--user-groups")
        {
            Description = "Whether the groups of a row replace the groups of the user (the default), or are added to them.",
            HelpName = string.Join('|', MembershipParameter.Names),
        };
        userGroups.AcceptOnlyFromAmong(MembershipParameter.Names);
        var delete = new Option<bool>("--delete")
        {
            Description = "Deletes the users that the file names by address or id, instead of importing them.",
        };
        var mergeRows = new Option<bool>("--merge-rows")
        {
            Description = "Unites several rows of one user: their groups add up, and all other values must agree.",
        };
        var columns = new Option<string>("--columns")
        {
            Description = "The properties of columns with other names. Without a property the column is ignored; * stands for all other "
                + "columns. Needs CSV.",
            HelpName = "NAME=PROPERTY;…",
        };
        var ignoreOtherColumns = new Option<bool>("--ignore-other-columns")
        {
            Description = "Ignores unknown columns. Without this option, the file is refused. Needs CSV.",
        };
        var rejects = new Option<string>("--rejects")
        {
            Description = "Writes every fault of the refused rows to this file, one JSON object a line.",
        };
        columns.Validators.Add(result =>
        {
            try
            {
                ColumnMap.Parse(result.Tokens is [var token, ..] ? token.Value : null, false);
            }
            catch (Failure fault)
            {
                result.AddError($"--columns: {Terminal.Visible(fault.Message)}");
            }

            TransferFile.RequireCsv(result, file, format);
        });
        ignoreOtherColumns.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<bool>())
            {
                TransferFile.RequireCsv(result, file, format);
            }
        });
        var command = new ExampleCommand(
            "import",
            "Creates and changes users and groups from a file. If a row is refused, nothing changes.",
            ("import users.csv --dry-run", "Shows what the file would change."),
            ("import users.csv --create-groups", "Imports the file and creates the groups that it names."),
            ("import staff.csv --columns \"Work Email=email;Job Title=;*=\"", "Reads a file whose columns have other names."),
            ("import users.csv --partial --rejects rejects.ndjson", "Imports the valid rows and saves the faults of the others."),
            ("import leavers.csv --delete --dry-run", "Shows how many users the file would delete."),
            ("import - --format ndjson < workspace.ndjson", "Imports the standard input."))
        {
            file, format, createGroups, userGroups, mergeRows, delete, partial, dryRun, columns, ignoreOtherColumns, rejects,
        };
        command.Validators.Add(result =>
        {
            var isImport = result.GetValue(createGroups) || result.GetValue(mergeRows) || result.GetResult(userGroups) is not null;
            if (isImport && result.GetValue(delete))
            {
                result.AddError("--delete cannot be used with --create-groups, --user-groups or --merge-rows.");
            }
        });
        command.SetAction((arguments, _) =>
        {
            var path = arguments.GetValue(file)!;
            return RunAsync(
                path,
                TransferFile.FormatOf(path, arguments.GetValue(format)),
                new ImportOptions(arguments.GetValue(partial), arguments.GetValue(dryRun), arguments.GetValue(createGroups))
                {
                    Memberships = MembershipParameter.ModeOf(arguments.GetValue(userGroups)),
                    MergesRows = arguments.GetValue(mergeRows),
                },
                ColumnMap.Parse(arguments.GetValue(columns), arguments.GetValue(ignoreOtherColumns)),
                arguments.GetValue(delete),
                arguments.GetValue(rejects),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        string path,
        FileFormat format,
        ImportOptions options,
        ColumnMap columns,
        bool deletes,
        string? rejectsPath,
        CancellationToken cancellationToken)
    {
        Stream input;
        Stream? rejects;
        var opened = path;
        try
        {
            input = TransferFile.OpenToRead(path);
            opened = rejectsPath;
            rejects = rejectsPath is null ? null : TransferFile.OpenToWrite(rejectsPath, path);
        }
        catch (Exception exception) when (TransferFile.Explain(exception, opened!) is { } explanation)
        {
            return await CommandRun.FailAsync(explanation);
        }

        await using (input)
        await using (rejects)
        {
            return await RunAsync(path, input, format.Read(input, columns), options, deletes, rejects, cancellationToken);
        }
    }

    private static async Task<int> RunAsync(
        string path,
        Stream input,
        IAsyncEnumerable<ImportRow> rows,
        ImportOptions options,
        bool deletes,
        Stream? rejects,
        CancellationToken cancellationToken)
    {
        await using var progress = new TransferProgress(
            nameof(ImportStage.Reading), () => input.CanSeek ? (double)input.Position / Math.Max(1, input.Length) : null);
        var report = new TerminalReport(progress, rejects);
        IRequest<ImportSummary> request = deletes
            ? new UsersDeleteByListRequest(rows, options, report)
            : new UsersImportRequest(rows, options, report);
        try
        {
            return await CommandRun.OfAsync(
                deletes ? "import --delete" : "import",
                mediator => ImportAsync(mediator, request, options, path, progress, report, cancellationToken),
                cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The import had not started yet.
            return await CommandRun.FailAsync("Interrupted: nothing was changed.", isInterrupted: true);
        }
    }

    private static async Task<int> ImportAsync(
        IMediator mediator,
        IRequest<ImportSummary> request,
        ImportOptions options,
        string path,
        TransferProgress progress,
        TerminalReport report,
        CancellationToken cancellationToken)
    {
        try
        {
            progress.Start();
            var summary = await mediator.Send(request, cancellationToken);
            return summary.Refused > 0 && !options.IsPartial ? CommandRun.Failed : 0;
        }
        catch (Exception exception) when (Explain(exception, path, report.Summary, cancellationToken) is { } explanation)
        {
            await progress.DisposeAsync();
            return await CommandRun.FailAsync(explanation, cancellationToken.IsCancellationRequested);
        }
    }

    private static string? Explain(Exception exception, string path, ImportSummary? summary, CancellationToken cancellationToken)
    {
        var outcome = summary switch
        {
            null => "nothing was changed.",
            { Applied: true } => "the file was imported, but the report is incomplete.",
            _ => "nothing was changed, and the report is incomplete.",
        };
        return exception switch
        {
            Failure { Code: "import_outcome_unknown" } unknown => unknown.Message,
            _ when cancellationToken.IsCancellationRequested => $"Interrupted: {outcome}",
            Failure { Kind: FailureKind.Invalid } file => $"{TransferFile.NameOf(path)}: {file.Message}",
            Failure failure => failure.Message,
            PostgresException refusal => $"The database refused the import ({refusal.MessageText}): {outcome}",
            NpgsqlException fault => $"The connection to the database was lost ({fault.Message}): {outcome}",
            IOException or UnauthorizedAccessException => $"{exception.Message.TrimEnd('.')}: {outcome}",
            _ => null,
        };
    }
}

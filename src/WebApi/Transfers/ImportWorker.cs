using CleanWorkspace.Application;
using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.ImportJobs;
using MediatR;
using Npgsql;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Runs the import jobs of the workspace, the oldest first. Each instance has a worker (docs/decisions/0021).</summary>
internal sealed class ImportWorker(PendingImportJobs jobs, IMediator mediator, ILogger<ImportWorker> logger)
    : Upkeep(logger, "Cannot run import jobs")
{
    // The code of Failure.ImportInProgress and of Failure.ImportOutcomeUnknown.
    private const string NoTurn = "import_in_progress";
    private const string UnknownOutcome = "import_outcome_unknown";

    private readonly ILogger _logger = logger;

    // Also the time between two records of the progress.
    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var mayGoOn = true;
        while (mayGoOn && await jobs.FindNextAsync(cancellationToken) is { } job)
        {
            mayGoOn = await RunAsync(job, cancellationToken);
        }
    }

    // Returns false if the job must wait. An exception means the same.
    private async Task<bool> RunAsync(ImportJob job, CancellationToken stoppingToken)
    {
        var report = new JobReport(jobs, job.Id);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        try
        {
            await WatchAsync(mediator.Send(CreateRequest(job, report), stop.Token), job.Id, report, stop);
            return true;
        }
        catch (Failure failure) when (failure.Code == NoTurn)
        {
            return false;
        }
        catch (Failure failure) when (failure.Code != UnknownOutcome)
        {
            var reason = new ImportJobFailure { Code = failure.Code, Detail = failure.Message };
            await jobs.FailAsync(job.Id, report.RowsRead, reason, stoppingToken);
            return true;
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // Before the first row, another instance may have the job.
            if (report.RowsRead > 0)
            {
                await jobs.ReleaseAsync(job.Id);
            }

            return false;
        }
        catch (Exception exception) when (exception is OperationCanceledException || stop.IsCancellationRequested)
        {
            // A client has cancelled the job, or another instance has run it.
            return true;
        }
        catch (Exception defect) when (DatabaseFault.Find(defect) is not { } fault || !DatabaseFault.IsUnavailable(fault))
        {
            _logger.LogError(defect, "An import job failed");
            var reason = new ImportJobFailure
            {
                Code = "internal_error",
                Detail = "The service has a defect. Nothing was changed. Its log has the cause.",
            };
            await jobs.FailAsync(job.Id, report.RowsRead, reason, stoppingToken);
            return true;
        }
    }

    private IRequest<ImportSummary> CreateRequest(ImportJob job, JobReport report)
    {
        var input = job.Input;
        var format = FileFormat.TryParse(input.Format, out var known) ? known : throw new InvalidOperationException(input.Format);
        var rows = format.Read(new JobFile(jobs, job.Id), ColumnMap.Parse(input.Columns, input.IgnoresOtherColumns));
        var options = input.Options with { Job = job };
        return job.Caller.Operation == "Users_deleteByList"
            ? new UsersDeleteByListRequest(rows, options, report)
            : new UsersImportRequest(rows, options, report);
    }

    // Records the progress until the import ends. Cancels the import if a client has cancelled the job.
    private async Task WatchAsync(Task import, Guid id, JobReport report, CancellationTokenSource stop)
    {
        while (await Task.WhenAny(import, Task.Delay(Interval, CancellationToken.None)) != import)
        {
            try
            {
                if (!await jobs.RecordProgressAsync(id, report.RowsRead, CancellationToken.None))
                {
                    await stop.CancelAsync();
                }
            }
            catch (NpgsqlException)
            {
                // The import itself fails if the database cannot be used.
            }
        }

        await import;
    }
}

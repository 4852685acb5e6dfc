using System.Diagnostics;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Imports the rows of a file: stages them, plans what they come to, and carries that out (docs/decisions/0011).</summary>
internal sealed class WorkspaceImporter(ImportSource source) : IWorkspaceImporter
{
    // How often a plan is made because others got in the way of the last.
    private const int Attempts = 3;

    /// <inheritdoc/>
    public async Task<ImportSummary> ImportAsync(
        IAsyncEnumerable<CheckedRow> rows, ImportOptions options, IImportReport report, Caller caller, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await using var session = new ImportSession(await source.OpenAsync(cancellationToken));
        if (!await session.TryTakeTurnAsync(cancellationToken))
        {
            throw Failure.ImportInProgress();
        }

        var staging = new ImportStaging(session);
        await staging.FillAsync(rows, lines => report.Progress(ImportStage.Reading, lines, null), cancellationToken);

        var plan = new ImportPlan(session, options);
        var (counts, isApplied) = await ApplyAsync(session, plan, options, report, caller, cancellationToken);

        var summary = counts.ToSummary(isApplied, options, Stopwatch.GetElapsedTime(start));
        await report.CloseAsync(summary, staging.ReadRefusalsAsync(cancellationToken), cancellationToken);
        return summary;
    }

    private static async Task<(ImportCounts Counts, bool IsApplied)> ApplyAsync(
        ImportSession session, ImportPlan plan, ImportOptions options, IImportReport report, Caller caller, CancellationToken cancellationToken)
    {
        Exception? met = null;
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            report.Progress(ImportStage.Comparing, 0, null);
            var planned = await plan.MakeAsync(cancellationToken);
            if (options.IsDryRun || (planned.Refused > 0 && !options.IsPartial))
            {
                return (planned, false);
            }

            try
            {
                if (await new ImportWrite(session, plan, planned, report, caller).RunAsync(cancellationToken) is { } written)
                {
                    return (written, true);
                }
            }
            catch (PostgresException refusal) when (IsOfOthersWrites(refusal))
            {
                met = refusal;
            }
        }

        throw Failure.Contention(met ?? new InvalidOperationException("What the plan was about was deleted or changed each time."));
    }

    private static bool IsOfOthersWrites(PostgresException refusal) =>
        WriteRules.HasLostRace(refusal) || refusal.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation;
}

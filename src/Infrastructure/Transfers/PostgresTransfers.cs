using System.Diagnostics;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Imports and exports. An import stages the rows, plans the changes and applies the plan (docs/decisions/0011).</summary>
internal sealed class PostgresTransfers(NpgsqlDataSource database, ImportConnections imports) : ITransfers
{
    // Other writers can make a plan out of date. Then the import plans again.
    private const int MaxPlans = 3;

    // Exports with slow clients must leave most connections of the pool to other requests.
    private const int MaxExports = 4;

    private int _exports;

    /// <inheritdoc/>
    public async Task<ImportSummary> ImportAsync(
        IAsyncEnumerable<CheckedRow> rows, ImportOptions options, IImportReport report, Caller caller, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await using var session = new ImportSession(await imports.OpenAsync(cancellationToken));
        if (!await session.TryLockAsync(cancellationToken))
        {
            throw Failure.ImportInProgress();
        }

        var staging = new ImportStaging(session);
        await staging.FillAsync(rows, count => report.Progress(ImportStage.Reading, count, null), cancellationToken);

        var plan = new ImportPlan(session, options);
        var (counts, isApplied) = await ApplyAsync(session, plan, options, report, caller, cancellationToken);

        var summary = counts.ToSummary(isApplied, options, Stopwatch.GetElapsedTime(start));
        await report.CloseAsync(summary, staging.ReadRefusalsAsync(cancellationToken), cancellationToken);
        return summary;
    }

    /// <inheritdoc/>
    public async Task ExportAsync(IExportWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _exports) > MaxExports)
            {
                throw Failure.TooManyExports();
            }

            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await new Export(connection, writer).RunAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _exports);
        }
    }

    private static async Task<(ImportCounts Counts, bool IsApplied)> ApplyAsync(
        ImportSession session,
        ImportPlan plan,
        ImportOptions options,
        IImportReport report,
        Caller caller,
        CancellationToken cancellationToken)
    {
        Exception? lastRefusal = null;
        for (var attempt = 1; attempt <= MaxPlans; attempt++)
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
            catch (PostgresException refusal) when (IsCausedByOtherWriter(refusal))
            {
                lastRefusal = refusal;
            }
        }

        throw Failure.Contention(
            lastRefusal ?? new InvalidOperationException("Other writers changed the planned rows before each attempt."));
    }

    private static bool IsCausedByOtherWriter(PostgresException refusal) =>
        WriteRules.HasLostRace(refusal) || refusal.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation;
}

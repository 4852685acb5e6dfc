using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
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
    private const int MinConnectionsPerExport = 4;

    private readonly NpgsqlDataSource _database = database;
    private readonly int _maxExports = Math.Clamp(
        new NpgsqlConnectionStringBuilder(database.ConnectionString).MaxPoolSize / MinConnectionsPerExport, 1, MaxExports);

    private bool _isImporting;
    private int _exports;

    /// <inheritdoc/>
    public Task<ImportSummary> ImportAsync(
        IAsyncEnumerable<CheckedRow> rows,
        ImportOptions options,
        IImportReport report,
        Caller caller,
        CancellationToken cancellationToken) =>
        RunInTurnAsync(rows, session => new ImportPlan(session, options, report), options, report, caller, cancellationToken);

    /// <inheritdoc/>
    public Task<ImportSummary> DeleteAsync(
        IAsyncEnumerable<CheckedRow> rows,
        ImportOptions options,
        IImportReport report,
        Caller caller,
        CancellationToken cancellationToken) =>
        RunInTurnAsync(rows, session => new ImportDeletion(session, report), options, report, caller, cancellationToken);

    /// <inheritdoc/>
    public async Task ExportAsync(IExportWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _exports) > _maxExports)
            {
                throw Failure.TooManyExports();
            }

            await using var connection = await _database.OpenConnectionAsync(cancellationToken);
            await new Export(connection, writer).RunAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _exports);
        }
    }

    private async Task<ImportSummary> RunInTurnAsync(
        IAsyncEnumerable<CheckedRow> rows,
        Func<ImportSession, IImportChange> createChange,
        ImportOptions options,
        IImportReport report,
        Caller caller,
        CancellationToken cancellationToken)
    {
        // The turn comes before the connection. Otherwise each refused import would open a connection.
        if (Interlocked.Exchange(ref _isImporting, true))
        {
            throw Failure.ImportInProgress();
        }

        try
        {
            await using var session = await imports.OpenSessionAsync(cancellationToken);
            // An import of another instance may hold the lock.
            return await session.TryLockAsync(cancellationToken)
                ? await RunAsync(session, rows, createChange(session), options, report, caller, cancellationToken)
                : throw Failure.ImportInProgress();
        }
        finally
        {
            Volatile.Write(ref _isImporting, false);
        }
    }

    private async Task<ImportSummary> RunAsync(
        ImportSession session,
        IAsyncEnumerable<CheckedRow> rows,
        IImportChange change,
        ImportOptions options,
        IImportReport report,
        Caller caller,
        CancellationToken cancellationToken)
    {
        var job = options.Job is { Id: var id } ? new ImportJobRow(_database, session, id) : null;
        if (job is not null)
        {
            await job.StartAsync(cancellationToken);
        }

        var staging = new ImportStaging(session);
        await staging.FillAsync(rows, count => report.Progress(ImportStage.Reading, count, null), cancellationToken);

        var record = options.Key is { } key
            ? new ImportRecord(session.Connection, caller, new IdempotencyKey(key.Value, key.ReadFingerprint()))
            : null;
        if (record is not null && await record.FindAsync<ImportSummary>(cancellationToken) is { } first)
        {
            await report.CloseAsync(first, AsyncEnumerable.Empty<ImportRefusal>(), cancellationToken);
            return first;
        }

        var transaction = new ImportTransaction(session, staging, options, caller, record, job);
        var summary = await ApplyAsync(session, change, transaction, options, report, cancellationToken);
        await report.CloseAsync(summary, staging.ReadRefusalsAsync(cancellationToken), cancellationToken);
        return summary;
    }

    private static async Task<ImportSummary> ApplyAsync(
        ImportSession session,
        IImportChange change,
        ImportTransaction transaction,
        ImportOptions options,
        IImportReport report,
        CancellationToken cancellationToken)
    {
        Exception? lastRefusal = null;
        for (var attempt = 1; attempt <= MaxPlans; attempt++)
        {
            report.Progress(ImportStage.Comparing, 0, null);
            var planned = await change.PlanAsync(cancellationToken);
            if (options.IsDryRun || (planned.Refused > 0 && !options.IsPartial))
            {
                return planned.ToSummary(isApplied: false, options, session.Elapsed);
            }

            try
            {
                if (await transaction.RunAsync(token => change.WriteAsync(planned, token), cancellationToken) is { } summary)
                {
                    return summary;
                }
            }
            catch (PostgresException refusal) when (IsCausedByOtherWriter(refusal))
            {
                lastRefusal = refusal;
            }
            catch (PostgresException refusal) when (WriteRules.FailureOf(refusal) is { } failure)
            {
                throw failure;
            }

            await session.UndoWritesAsync(cancellationToken);
        }

        throw Failure.Contention(
            lastRefusal ?? new InvalidOperationException("Other writers changed the planned rows before each attempt."));
    }

    private static bool IsCausedByOtherWriter(PostgresException refusal) =>
        WriteRules.HasLostRace(refusal) || refusal.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation;
}

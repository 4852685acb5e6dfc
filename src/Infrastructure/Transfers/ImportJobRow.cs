using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The row of the job that an import runs for.</summary>
/// <param name="database">Starts the job outside of the import's transaction, so that clients and the next instance see it.</param>
/// <param name="session">Stores the result in the import's transaction.</param>
/// <param name="id">The id of the job.</param>
internal sealed class ImportJobRow(NpgsqlDataSource database, ImportSession session, Guid id)
{
    // A job that is interrupted more often must not keep out all others.
    private const int MaxAttempts = 5;

    private const string Start = """
        UPDATE import_jobs SET state = 'running', started_at = clock_timestamp(), rows_read = 0, attempts = attempts + 1
        WHERE id = @id AND ended_at IS NULL AND result IS NULL RETURNING attempts
        """;

    // The job ends when its report is stored, too.
    private const string SetResult = """
        UPDATE import_jobs SET result = @result::json WHERE id = @id AND ended_at IS NULL
        """;

    private NpgsqlParameter<Guid> Id => new("id", id);

    /// <summary>Starts the job. The caller has the lock of imports, so no other instance runs the job.</summary>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    /// <exception cref="Failure">The job was interrupted too often.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Start);
        command.Parameters.Add(Id);
        if (await command.ExecuteScalarAsync(cancellationToken) is not int attempts)
        {
            throw HasEnded();
        }

        if (attempts > MaxAttempts)
        {
            throw Failure.ImportInterrupted();
        }
    }

    /// <summary>Stores the result in the transaction of the import. So a job that was applied is neither run again nor cancelled.</summary>
    /// <exception cref="OperationCanceledException">A client has cancelled the job. The transaction must not be committed.</exception>
    public async Task SetResultAsync(ImportSummary summary, CancellationToken cancellationToken)
    {
        var result = new NpgsqlParameter<string>("result", JsonSerializer.Serialize(summary));
        if (await session.ExecuteAsync(SetResult, cancellationToken, Id, result) == 0)
        {
            throw HasEnded();
        }
    }

    private static OperationCanceledException HasEnded() => new("The job has ended.");
}

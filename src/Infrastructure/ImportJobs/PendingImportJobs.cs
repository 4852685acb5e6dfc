using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.Application.Transfers;
using Npgsql;

namespace CleanWorkspace.Infrastructure.ImportJobs;

/// <summary>The import jobs as the worker of an instance sees them.</summary>
/// <remarks>
/// A job needs no lock of its own. Imports take turns by an advisory lock, and a job starts and ends under this lock. So a job in the state
/// running whose instance was killed looks like a waiting one to the next owner of the lock (docs/decisions/0021).
/// </remarks>
public sealed class PendingImportJobs(NpgsqlDataSource database)
{
    // Ends the jobs that were applied, but whose instance was killed before it stored the report. Then finds the oldest job that has not
    // ended.
    private const string FindNext = """
        WITH applied AS (
            UPDATE import_jobs SET state = 'succeeded', ended_at = clock_timestamp()
            WHERE ended_at IS NULL AND result IS NOT NULL RETURNING id)
        DELETE FROM import_job_chunks USING applied WHERE job_id = applied.id;
        SELECT id, actor, operation, trace_id, input::text FROM import_jobs WHERE ended_at IS NULL ORDER BY created_at, id LIMIT 1
        """;

    private const string ReadChunk = "SELECT data FROM import_job_chunks WHERE job_id = @id AND number = @number";

    // Answers whether the job is still wanted. A job that has just succeeded is.
    private const string RecordProgress = """
        WITH progress AS (UPDATE import_jobs SET rows_read = @rows WHERE id = @id AND ended_at IS NULL)
        SELECT EXISTS (SELECT FROM import_jobs WHERE id = @id AND state <> 'cancelled')
        """;

    // An instance that found the job between its commit and this statement has ended it.
    private const string End = """
        UPDATE import_jobs
        SET state = @state, ended_at = coalesce(ended_at, clock_timestamp()), rows_read = @rows, result = @result::json,
            report = @report::json
        WHERE id = @id AND (ended_at IS NULL OR state = 'succeeded');
        DELETE FROM import_job_chunks WHERE job_id = @id
        """;

    private const string Fail = """
        UPDATE import_jobs SET state = 'failed', ended_at = clock_timestamp(), rows_read = @rows, failure = @failure::json
        WHERE id = @id AND ended_at IS NULL AND result IS NULL;
        DELETE FROM import_job_chunks WHERE job_id = @id
        """;

    // A stop of the instance is no failed attempt.
    private const string Release = """
        UPDATE import_jobs SET state = 'waiting', started_at = NULL, rows_read = 0, attempts = attempts - 1
        WHERE id = @id AND state = 'running' AND result IS NULL
        """;

    /// <summary>Returns the next job to run, or null if there is none. Another instance may be running it.</summary>
    public async Task<ImportJob?> FindNextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindNext);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new ImportJob(
                row.GetGuid(0),
                new Caller(row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3)),
                JsonSerializer.Deserialize<ImportJobInput>(row.GetString(4))!)
            : null;
    }

    /// <summary>Returns a part of a job's file, or null after the last part.</summary>
    /// <param name="id">The id of the job.</param>
    /// <param name="number">The position of the part, from 0.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public async Task<byte[]?> ReadChunkAsync(Guid id, int number, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadChunk);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        command.Parameters.Add(new NpgsqlParameter<int>("number", number));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    /// <summary>Records the number of rows that were read.</summary>
    /// <returns>Whether the job may go on. Otherwise a client has cancelled it.</returns>
    public async Task<bool> RecordProgressAsync(Guid id, long rows, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RecordProgress);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        command.Parameters.Add(new NpgsqlParameter<long>("rows", rows));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Ends a job with the result of its import, and deletes its file.</summary>
    /// <param name="id">The id of the job.</param>
    /// <param name="rows">The number of rows that were read.</param>
    /// <param name="result">The result.</param>
    /// <param name="report">The faults of the refused rows.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    public Task EndAsync(
        Guid id, long rows, ImportSummary result, IReadOnlyList<ImportRefusal> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(result);
        var state = result.IsRefused ? ImportJobState.Refused : ImportJobState.Succeeded;
        return WriteAsync(
            End,
            id,
            cancellationToken,
            new NpgsqlParameter<long>("rows", rows),
            new NpgsqlParameter<string>("state", ImportJobConfiguration.NameOf(state)),
            new NpgsqlParameter<string>("result", JsonSerializer.Serialize(result)),
            new NpgsqlParameter<string>("report", JsonSerializer.Serialize(report)));
    }

    /// <summary>Ends a job with a failure, and deletes its file.</summary>
    public Task FailAsync(Guid id, long rows, ImportJobFailure failure, CancellationToken cancellationToken) => WriteAsync(
        Fail,
        id,
        cancellationToken,
        new NpgsqlParameter<long>("rows", rows),
        new NpgsqlParameter<string>("failure", JsonSerializer.Serialize(failure)));

    /// <summary>Lets a job wait again, because its instance stops.</summary>
    public Task ReleaseAsync(Guid id) => WriteAsync(Release, id, CancellationToken.None);

    private async Task WriteAsync(string sql, Guid id, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

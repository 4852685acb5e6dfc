using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.Transfers;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.ImportJobs;

/// <summary>The import jobs as clients see them.</summary>
internal sealed class PostgresImportJobs(NpgsqlDataSource database, ImportConnections imports) : IImportJobs
{
    private const int MaxWaiting = 100;

    private const string CountWaiting = "SELECT count(*) FROM import_jobs WHERE ended_at IS NULL";

    private const string Insert = """
        INSERT INTO import_jobs (id, actor, operation, trace_id, input) VALUES (@id, @actor, @operation, @trace_id, @input::json)
        """;

    private const string CopyFile = "COPY import_job_chunks (job_id, number, data) FROM STDIN (FORMAT BINARY)";

    private const string Find = """
        SELECT id, operation, state, rows_read, created_at, started_at, ended_at, CASE WHEN ended_at IS NOT NULL THEN result::text END,
            report::text, failure::text,
            extract(epoch FROM coalesce(ended_at, clock_timestamp()) - started_at)::float8
        FROM import_jobs WHERE id = @id
        """;

    // All parts see the job as it was at the start. A job that ends meanwhile is neither cancelled nor deleted.
    private const string CancelOrDelete = """
        WITH job AS (SELECT id, ended_at IS NOT NULL OR result IS NOT NULL AS has_ended FROM import_jobs WHERE id = @id),
        cancelled AS (
            UPDATE import_jobs AS j SET state = 'cancelled', ended_at = clock_timestamp()
            FROM job WHERE j.id = job.id AND NOT job.has_ended AND j.ended_at IS NULL AND j.result IS NULL),
        files AS (DELETE FROM import_job_chunks AS c USING job WHERE c.job_id = job.id AND NOT job.has_ended),
        deleted AS (DELETE FROM import_jobs AS j USING job WHERE j.id = job.id AND job.has_ended)
        SELECT count(*) FROM job
        """;

    private int _arrivals;

    /// <inheritdoc/>
    public async Task<ImportJobResponse> AddAsync(
        ImportJob job, ImportKey? key, IAsyncEnumerable<ReadOnlyMemory<byte>> file, CancellationToken cancellationToken)
    {
        try
        {
            // The limit comes before the connection. Otherwise each refused request would open a connection.
            if (Interlocked.Increment(ref _arrivals) > ImportConnections.MaxArrivals)
            {
                throw Failure.TooManyImports();
            }

            await using var connection = await imports.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await InsertAsync(connection, job, file, cancellationToken);
            var record = key is null
                ? null
                : new ImportRecord(connection, job.Caller, new IdempotencyKey(key.Value, key.ReadFingerprint()));
            if (record is not null && await record.FindAsync<ImportJobResponse>(cancellationToken) is { } first)
            {
                // Disposing the transaction takes back the second job.
                return first;
            }

            var added = (await FindAsync(connection, job.Id, cancellationToken))!;
            if (record is not null)
            {
                await record.ReserveAsync(cancellationToken);
                await record.AddAsync(added, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return added;
        }
        catch (PostgresException refusal) when (refusal.SqlState == WriteRules.AlreadyWritten)
        {
            // The first request with the key has ended since the search.
            throw Failure.IdempotencyKeyInUse(refusal);
        }
        catch (PostgresException refusal) when (WriteRules.FailureOf(refusal) is { } failure)
        {
            throw failure;
        }
        finally
        {
            Interlocked.Decrement(ref _arrivals);
        }
    }

    /// <inheritdoc/>
    public async Task<ImportJobResponse?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, id, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CancelOrDelete);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! > 0;
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection, ImportJob job, IAsyncEnumerable<ReadOnlyMemory<byte>> file, CancellationToken cancellationToken)
    {
        await using (var count = new NpgsqlCommand(CountWaiting, connection))
        {
            if ((long)(await count.ExecuteScalarAsync(cancellationToken))! >= MaxWaiting)
            {
                throw Failure.TooManyImports();
            }
        }

        await using (var insert = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid>("id", job.Id),
                new NpgsqlParameter<string>("actor", job.Caller.Actor),
                new NpgsqlParameter<string>("operation", job.Caller.Operation),
                new NpgsqlParameter<string?>("trace_id", job.Caller.TraceId),
                new NpgsqlParameter<string>("input", JsonSerializer.Serialize(job.Input)),
            },
        })
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var copy = await connection.BeginBinaryImportAsync(CopyFile, cancellationToken);
        // The limit of the client's speed ends a slow request.
        copy.Timeout = TimeSpan.Zero;
        var number = 0;
        await foreach (var part in file.WithCancellation(cancellationToken))
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(job.Id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(number++, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(part, NpgsqlDbType.Bytea, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task<ImportJobResponse?> FindAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Find, connection) { Parameters = { new NpgsqlParameter<Guid>("id", id) } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        var rows = row.GetInt64(3);
        return new ImportJobResponse
        {
            Id = row.GetGuid(0),
            Operation = row.GetString(1),
            State = Enum.Parse<ImportJobState>(row.GetString(2), ignoreCase: true),
            RowsRead = rows,
            CreatedAt = row.GetFieldValue<DateTimeOffset>(4),
            StartedAt = row.GetFieldValue<DateTimeOffset?>(5),
            EndedAt = row.GetFieldValue<DateTimeOffset?>(6),
            Result = Read<ImportSummary>(7),
            Report = Read<IReadOnlyList<ImportRefusal>>(8),
            Failure = Read<ImportJobFailure>(9),
            RowsPerSecond = row.GetFieldValue<double?>(10) is { } seconds and > 0 ? Math.Round(rows / seconds, 1) : null,
        };

        T? Read<T>(int column)
            where T : class => row.IsDBNull(column) ? null : JsonSerializer.Deserialize<T>(row.GetString(column));
    }
}

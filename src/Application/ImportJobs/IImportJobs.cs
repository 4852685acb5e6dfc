using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.Application.ImportJobs;

/// <summary>The import jobs as clients see them.</summary>
public interface IImportJobs
{
    /// <summary>Stores a job with its file. If <paramref name="file"/> throws, nothing is stored.</summary>
    /// <param name="job">The job.</param>
    /// <param name="key">The idempotency key, or null. If an earlier request with this key added a job, no other job is added.</param>
    /// <param name="file">The file in parts. A part is valid until the next one is read.</param>
    /// <param name="cancellationToken">Ends the work. Nothing is stored then.</param>
    /// <returns>The new job; for a repeated key the first answer.</returns>
    /// <exception cref="Failure">Too many jobs wait or arrive, or the key belongs to another request.</exception>
    Task<ImportJobResponse> AddAsync(
        ImportJob job, ImportKey? key, IAsyncEnumerable<ReadOnlyMemory<byte>> file, CancellationToken cancellationToken);

    /// <summary>Returns the job, or null if it does not exist.</summary>
    Task<ImportJobResponse?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Cancels the job if it has not ended. Deletes it if it has.</summary>
    /// <remarks>A running job changes nothing any more, because its transaction fails.</remarks>
    /// <returns>Whether the job exists.</returns>
    Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken);
}

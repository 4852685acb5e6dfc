using CleanWorkspace.Infrastructure.ImportJobs;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The file of a job. It is read from the database part by part.</summary>
internal sealed class JobFile(PendingImportJobs jobs, Guid job) : ForwardStream
{
    private ReadOnlyMemory<byte> _rest;
    private int _next;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty)
        {
            _rest = await jobs.ReadChunkAsync(job, _next++, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }
}

using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application.AuditEntries;

/// <summary>Reads the audit. The triggers of the database write it.</summary>
public interface IAuditEntryReader
{
    /// <summary>Returns one page of the audit, newest first.</summary>
    Task<Page<AuditEntryResponse>> ListAsync(AuditEntriesListRequest query, CancellationToken cancellationToken);
}

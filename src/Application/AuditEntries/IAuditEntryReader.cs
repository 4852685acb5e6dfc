using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application.AuditEntries;

/// <summary>Reads the audit. The triggers of the database write it.</summary>
public interface IAuditEntryReader
{
    /// <summary>Returns one page of the audit, newest first.</summary>
    Task<Page<AuditEntryResponse>> ListAsync(AuditEntriesListRequest query, CancellationToken cancellationToken);

    /// <summary>Returns the entries about a user and its memberships, and those of a caller, oldest first. Reads the whole audit.</summary>
    /// <param name="user">The id of the user.</param>
    /// <param name="actor">The caller, written as in the entries, or null.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<AuditEntryResponse>> ListAboutAsync(Guid user, string? actor, CancellationToken cancellationToken);
}

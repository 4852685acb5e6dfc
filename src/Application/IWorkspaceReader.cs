using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.Application;

/// <summary>
/// The workspace as it is shown: every read of a use case, each one statement that reads what is shown and no more
/// (docs/decisions/0010). Of a list the page is walked to by an index, and counted without counting where nothing but what the
/// database keeps a count of was asked for.
/// </summary>
public interface IWorkspaceReader
{
    /// <summary>A user, or null where there is none of that id.</summary>
    Task<UserResponse?> FindUserAsync(Guid id, Fields<UserResponse>? fields, CancellationToken cancellationToken);

    /// <summary>A user group, or null where there is none of that id.</summary>
    Task<UserGroupResponse?> FindUserGroupAsync(Guid id, Fields<UserGroupResponse>? fields, CancellationToken cancellationToken);

    /// <summary>An API key, or null where there is none of that id.</summary>
    Task<ApiKeyResponse?> FindApiKeyAsync(Guid id, Fields<ApiKeyResponse>? fields, CancellationToken cancellationToken);

    /// <summary>A page of users.</summary>
    Task<Page<UserResponse>> ListUsersAsync(ListUsersQuery query, CancellationToken cancellationToken);

    /// <summary>A page of user groups.</summary>
    Task<Page<UserGroupResponse>> ListUserGroupsAsync(ListGroupsQuery query, CancellationToken cancellationToken);

    /// <summary>A page of API keys, oldest first.</summary>
    Task<Page<ApiKeyResponse>> ListApiKeysAsync(ListRequest<ApiKeyResponse> query, CancellationToken cancellationToken);

    /// <summary>A page of the audit, newest first.</summary>
    Task<Page<AuditEntryResponse>> ListAuditEntriesAsync(AuditEntriesListRequest query, CancellationToken cancellationToken);

    /// <summary>Writes every group and every user, from one snapshot, in the order of their ids, and holds a few at a time.</summary>
    /// <exception cref="Failure">As many as may at a time are running.</exception>
    Task ExportAsync(IExportWriter writer, CancellationToken cancellationToken);
}

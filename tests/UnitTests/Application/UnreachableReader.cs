using CleanWorkspace.Application;
using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.UnitTests.Application;

/// <summary>What no unit test reads.</summary>
internal sealed class UnreachableReader : IWorkspaceReader
{
    public Task<UserResponse?> FindUserAsync(Guid id, Fields<UserResponse>? fields, CancellationToken cancellationToken) => throw Unreachable();

    public Task<UserGroupResponse?> FindUserGroupAsync(Guid id, Fields<UserGroupResponse>? fields, CancellationToken cancellationToken) => throw Unreachable();

    public Task<ApiKeyResponse?> FindApiKeyAsync(Guid id, Fields<ApiKeyResponse>? fields, CancellationToken cancellationToken) => throw Unreachable();

    public Task<Page<UserResponse>> ListUsersAsync(ListUsersQuery query, CancellationToken cancellationToken) => throw Unreachable();

    public Task<Page<UserGroupResponse>> ListUserGroupsAsync(ListGroupsQuery query, CancellationToken cancellationToken) => throw Unreachable();

    public Task<Page<ApiKeyResponse>> ListApiKeysAsync(ListRequest<ApiKeyResponse> query, CancellationToken cancellationToken) => throw Unreachable();

    public Task<Page<AuditEntryResponse>> ListAuditEntriesAsync(AuditEntriesListRequest query, CancellationToken cancellationToken) => throw Unreachable();

    public Task ExportAsync(IExportWriter writer, CancellationToken cancellationToken) => throw Unreachable();

    private static InvalidOperationException Unreachable() => new("A unit test reached for the database.");
}

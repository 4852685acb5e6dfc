using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.UnitTests.Application;

/// <summary>A database that no unit test reaches, but for the writes that a test lends it.</summary>
internal sealed class UnreachableDatabase : IWorkspaceDbContext, ITransfers
{
    public Func<User, User> CreateUser { get; init; } = _ => throw Unreachable();

    public Func<IAsyncEnumerable<CheckedRow>, Task<ImportSummary>> Import { get; init; } = _ => throw Unreachable();

    // Looking for faults hands the sets on, but reads them only for references that a request makes.
    public DbSet<User> Users => null!;

    public DbSet<UserGroup> UserGroups => null!;

    public DbSet<ApiKey> ApiKeys => null!;

    public Task<User> CreateAsync(User user, IdempotencyKey? key, CancellationToken cancellationToken) => Task.FromResult(CreateUser(user));

    public Task<UserGroup> CreateAsync(UserGroup group, IdempotencyKey? key, CancellationToken cancellationToken) => throw Unreachable();

    public Task<ApiKey> CreateAsync(ApiKey key, CancellationToken cancellationToken) => throw Unreachable();

    public Task<User?> UpdateAsync(UserChanges changes, CancellationToken cancellationToken) => throw Unreachable();

    public Task<UserGroup?> UpdateAsync(UserGroupChanges changes, CancellationToken cancellationToken) => throw Unreachable();

    public Task<ApiKey?> UpdateAsync(ApiKeyChanges changes, CancellationToken cancellationToken) => throw Unreachable();

    public Task<MembershipCounts?> UpdateAsync(MembershipChanges changes, CancellationToken cancellationToken) => throw Unreachable();

    public Task<bool> DeleteUserAsync(
        Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken) => throw Unreachable();

    public Task<bool> DeleteUserGroupAsync(
        Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken) => throw Unreachable();

    public Task<bool> DeleteApiKeyAsync(
        Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken) => throw Unreachable();

    public Task<ImportSummary> ImportAsync(
        IAsyncEnumerable<CheckedRow> rows, ImportOptions options, IImportReport report, Caller caller, CancellationToken cancellationToken) => Import(rows);

    public Task ExportAsync(IExportWriter writer, CancellationToken cancellationToken) => throw Unreachable();

    public Task<bool> IsTakenAsync(string foldedEmail, CancellationToken cancellationToken) => throw Unreachable();

    public Task RecordUsesAsync(IReadOnlyList<KeyValuePair<Guid, DateTimeOffset>> uses, CancellationToken cancellationToken) => throw Unreachable();

    private static InvalidOperationException Unreachable() => new("A unit test reached for the database.");
}

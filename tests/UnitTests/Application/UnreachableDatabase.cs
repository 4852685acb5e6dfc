using CleanWorkspace.Application;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.UnitTests.Application;

/// <summary>The ports to the database. A unit test may replace single writes; everything else fails.</summary>
internal sealed class UnreachableDatabase
    : IUserStore, IUserGroupStore, IAuditEntryReader, IEventFeed, ITransfers, IImportJobs, IWebhookSender, IWorkspaceDbContext
{
    public Func<User, UserResponse> CreateUser { get; init; } = _ => throw Unreachable();

    public Func<IAsyncEnumerable<CheckedRow>, Task<ImportSummary>> Import { get; init; } = _ => throw Unreachable();

    public DbSet<ApiKey> ApiKeys => throw Unreachable();

    public DbSet<Webhook> Webhooks => throw Unreachable();

    public DbSet<WebhookDelivery> WebhookDeliveries => throw Unreachable();

    public DbSet<WebhookResend> WebhookResends => throw Unreachable();

    public Task<UserResponse> CreateAsync(User user, IdempotencyKey? key, CancellationToken cancellationToken) =>
        Task.FromResult(CreateUser(user));

    public Task<ImportSummary> ImportAsync(
        IAsyncEnumerable<CheckedRow> rows,
        ImportOptions options,
        IImportReport report,
        Caller caller,
        CancellationToken cancellationToken) => Import(rows);

    public Task<ImportSummary> DeleteAsync(
        IAsyncEnumerable<CheckedRow> rows,
        ImportOptions options,
        IImportReport report,
        Caller caller,
        CancellationToken cancellationToken) => Import(rows);

    public Task<EventToken> BeginAsync(EventToken? after, CancellationToken cancellationToken) => throw Unreachable();

    public Task<EventPage> ReadAsync(EventToken after, EventFilter filter, int limit, CancellationToken cancellationToken) =>
        throw Unreachable();

    public Task<bool> WaitAsync(EventToken after, TimeSpan time, CancellationToken cancellationToken) => throw Unreachable();

    Task<UserResponse?> IUserStore.FindAsync(
        Guid id, Fields<UserResponse>? fields, CancellationToken cancellationToken) => throw Unreachable();

    public Task<Page<UserResponse>> ListAsync(ListUsersQuery query, CancellationToken cancellationToken) => throw Unreachable();

    public Task<UserResponse?> UpdateAsync(UserChanges changes, CancellationToken cancellationToken) => throw Unreachable();

    public Task<bool> DeleteAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken) =>
        throw Unreachable();

    public Task<bool> EraseAsync(Guid id, CancellationToken cancellationToken) => throw Unreachable();

    public Task<IReadOnlySet<Guid>> FindExistingAsync(Guid[] ids, CancellationToken cancellationToken) => throw Unreachable();

    public Task<bool> IsEmailTakenAsync(string foldedEmail, Guid? exceptOf, CancellationToken cancellationToken) => throw Unreachable();

    Task<UserGroupResponse?> IUserGroupStore.FindAsync(
        Guid id, Fields<UserGroupResponse>? fields, CancellationToken cancellationToken) => throw Unreachable();

    public Task<Page<UserGroupResponse>> ListAsync(ListGroupsQuery query, CancellationToken cancellationToken) => throw Unreachable();

    public Task<UserGroupResponse> CreateAsync(UserGroup group, IdempotencyKey? key, CancellationToken cancellationToken) =>
        throw Unreachable();

    public Task<UserGroupResponse?> UpdateAsync(UserGroupChanges changes, CancellationToken cancellationToken) => throw Unreachable();

    public Task<MembershipCounts?> UpdateMembersAsync(MembershipChanges changes, CancellationToken cancellationToken) =>
        throw Unreachable();

    public Task<Page<AuditEntryResponse>> ListAsync(AuditEntriesListRequest query, CancellationToken cancellationToken) =>
        throw Unreachable();

    public Task<IReadOnlyList<AuditEntryResponse>> ListAboutAsync(Guid user, string? actor, CancellationToken cancellationToken) =>
        throw Unreachable();

    public Task<ImportJobResponse> AddAsync(
        ImportJob job,
        ImportKey? key,
        IAsyncEnumerable<ReadOnlyMemory<byte>> file,
        CancellationToken cancellationToken) => throw Unreachable();

    Task<ImportJobResponse?> IImportJobs.FindAsync(Guid id, CancellationToken cancellationToken) => throw Unreachable();

    Task<bool> IImportJobs.DeleteAsync(Guid id, CancellationToken cancellationToken) => throw Unreachable();

    public Task<WebhookAttempt> SendAsync(WebhookMessage message, CancellationToken cancellationToken) => throw Unreachable();

    public Task ExportAsync(IExportWriter writer, CancellationToken cancellationToken) => throw Unreachable();

    public Task<int> SaveChangesAsync(CancellationToken cancellationToken) => throw Unreachable();

    public void Forget() => throw Unreachable();

    private static InvalidOperationException Unreachable() => new("A unit test called the database.");
}

using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application;

/// <summary>
/// The workspace's database, for writing; what is shown is read by <see cref="IWorkspaceReader"/>, and files go in by
/// <see cref="ITransfers"/>. LINQ over the sets tracks nothing; ids of groups and members come with the rows. Each write is one round trip and
/// one transaction; one that loses a race against others is run again, up to a limit (<see cref="Failure"/>).
/// </summary>
public interface IWorkspaceDbContext
{
    /// <summary>The users.</summary>
    DbSet<User> Users { get; }

    /// <summary>The user groups.</summary>
    DbSet<UserGroup> UserGroups { get; }

    /// <summary>The API keys.</summary>
    DbSet<ApiKey> ApiKeys { get; }

    /// <summary>Stores a new user with its memberships and answers what is stored; under a used key, what was stored at first.</summary>
    /// <exception cref="Failure">The address is taken or a group does not exist.</exception>
    /// <exception cref="Failure">A write under the same key is still running.</exception>
    /// <exception cref="Failure">Something else was written under the same key.</exception>
    Task<User> CreateAsync(User user, IdempotencyKey? key, CancellationToken cancellationToken);

    /// <summary>Stores a new group with its memberships and answers what is stored; under a used key, what was stored at first.</summary>
    /// <exception cref="Failure">A user does not exist.</exception>
    /// <exception cref="Failure">A write under the same key is still running.</exception>
    /// <exception cref="Failure">Something else was written under the same key.</exception>
    Task<UserGroup> CreateAsync(UserGroup group, IdempotencyKey? key, CancellationToken cancellationToken);

    /// <summary>Stores a new API key and answers what is stored.</summary>
    Task<ApiKey> CreateAsync(ApiKey key, CancellationToken cancellationToken);

    /// <summary>Changes a user and answers what is stored, or null where there is no such user. Writes only what differs.</summary>
    /// <exception cref="Failure">A group does not exist.</exception>
    /// <exception cref="Failure">The user has none of the expected versions.</exception>
    Task<User?> UpdateAsync(UserChanges changes, CancellationToken cancellationToken);

    /// <summary>Changes a group and answers what is stored, or null where there is no such group. Writes only what differs.</summary>
    /// <exception cref="Failure">A user does not exist.</exception>
    /// <exception cref="Failure">The group has none of the expected versions.</exception>
    Task<UserGroup?> UpdateAsync(UserGroupChanges changes, CancellationToken cancellationToken);

    /// <summary>
    /// Adds users to a group and removes users from it, at a cost that depends on how many are named and not on how many the group has.
    /// Answers how many changed, or null where there is no such group.
    /// </summary>
    /// <exception cref="Failure">A user to add does not exist.</exception>
    /// <exception cref="Failure">The group has none of the expected versions.</exception>
    Task<MembershipCounts?> UpdateAsync(MembershipChanges changes, CancellationToken cancellationToken);

    /// <summary>Changes an API key and answers what is stored, or null where there is no such key. Writes only what differs.</summary>
    /// <exception cref="Failure">The key has none of the expected versions.</exception>
    Task<ApiKey?> UpdateAsync(ApiKeyChanges changes, CancellationToken cancellationToken);

    /// <summary>Deletes a user and its memberships; false where there is no such user.</summary>
    /// <exception cref="Failure">The user has none of the expected versions.</exception>
    Task<bool> DeleteUserAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken);

    /// <summary>Deletes a group and its memberships, but no user; false where there is no such group.</summary>
    /// <exception cref="Failure">The group has none of the expected versions.</exception>
    Task<bool> DeleteUserGroupAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken);

    /// <summary>Deletes an API key, which is then refused; false where there is no such key.</summary>
    /// <exception cref="Failure">The key has none of the expected versions.</exception>
    Task<bool> DeleteApiKeyAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken);

    /// <summary>Whether a user has this address, which is folded.</summary>
    Task<bool> IsTakenAsync(string foldedEmail, CancellationToken cancellationToken);

    /// <summary>Notes when API keys were last used; a time that is not later than the stored one changes nothing.</summary>
    Task RecordUsesAsync(IReadOnlyList<KeyValuePair<Guid, DateTimeOffset>> uses, CancellationToken cancellationToken);
}

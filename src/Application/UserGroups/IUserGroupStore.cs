using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.UserGroups;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>
/// The stored user groups. Every method sends one statement or one batch of statements. A batch is one transaction. If it conflicts
/// with other writers, it is retried. After several attempts it fails with <c>too_much_contention</c>.
/// </summary>
public interface IUserGroupStore
{
    /// <summary>Returns the group, or null if it does not exist.</summary>
    /// <param name="id">The id of the group.</param>
    /// <param name="fields">The properties to read; null for all.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    Task<UserGroupResponse?> FindAsync(Guid id, Fields<UserGroupResponse>? fields, CancellationToken cancellationToken);

    /// <summary>Returns one page of the list.</summary>
    Task<Page<UserGroupResponse>> ListAsync(ListGroupsQuery query, CancellationToken cancellationToken);

    /// <summary>Stores a new group with its memberships and returns the stored group.</summary>
    /// <param name="group">The new group.</param>
    /// <param name="key">The idempotency key, or null. A key that was used for the same request returns the first answer.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <exception cref="Failure">A user does not exist, or the key is in use or belongs to another request.</exception>
    Task<UserGroupResponse> CreateAsync(UserGroup group, IdempotencyKey? key, CancellationToken cancellationToken);

    /// <summary>Changes a group and returns the stored group, or null if it does not exist. Writes only columns that differ.</summary>
    /// <exception cref="Failure">A user does not exist, or the group has an unexpected version.</exception>
    Task<UserGroupResponse?> UpdateAsync(UserGroupChanges changes, CancellationToken cancellationToken);

    /// <summary>
    /// Adds members to a group and removes members from it. The cost depends on the number of ids in the request, not on the size
    /// of the group. Returns the number of changed memberships, or null if the group does not exist.
    /// </summary>
    /// <exception cref="Failure">A user to add does not exist, or the group has an unexpected version.</exception>
    Task<MembershipCounts?> UpdateMembersAsync(MembershipChanges changes, CancellationToken cancellationToken);

    /// <summary>Deletes a group and its memberships, but no user. Returns false if the group does not exist.</summary>
    /// <exception cref="Failure">The group has an unexpected version.</exception>
    Task<bool> DeleteAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken);

    /// <summary>Returns the ids that belong to groups.</summary>
    Task<IReadOnlySet<Guid>> FindExistingAsync(Guid[] ids, CancellationToken cancellationToken);
}

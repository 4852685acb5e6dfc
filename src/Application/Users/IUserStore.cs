using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.Application.Users;

/// <summary>
/// The stored users. Every method sends one statement or one batch of statements. A batch is one transaction. If it conflicts with
/// other writers, it is retried. After several attempts it fails with <c>too_much_contention</c>.
/// </summary>
public interface IUserStore
{
    /// <summary>Returns the user, or null if it does not exist.</summary>
    /// <param name="id">The id of the user.</param>
    /// <param name="fields">The properties to read; null for all.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    Task<UserResponse?> FindAsync(Guid id, Fields<UserResponse>? fields, CancellationToken cancellationToken);

    /// <summary>Returns one page of the list.</summary>
    Task<Page<UserResponse>> ListAsync(ListUsersQuery query, CancellationToken cancellationToken);

    /// <summary>Stores a new user with its memberships and returns the stored user.</summary>
    /// <param name="user">The new user.</param>
    /// <param name="key">The idempotency key, or null. A key that was used for the same request returns the first answer.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <exception cref="Failure">
    /// The address is taken, a group does not exist, or the key is in use or belongs to another request.
    /// </exception>
    Task<UserResponse> CreateAsync(User user, IdempotencyKey? key, CancellationToken cancellationToken);

    /// <summary>Changes a user and returns the stored user, or null if it does not exist. Writes only columns that differ.</summary>
    /// <exception cref="Failure">The address is taken, a group does not exist, or the user has an unexpected version.</exception>
    Task<UserResponse?> UpdateAsync(UserChanges changes, CancellationToken cancellationToken);

    /// <summary>Deletes a user and its memberships. Returns false if the user does not exist.</summary>
    /// <exception cref="Failure">The user has an unexpected version.</exception>
    Task<bool> DeleteAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a user if it exists, and removes its values from the audit, the events and the stored answers. Adds an entry to the audit.
    /// Returns false if no user had the id, as far as the audit knows.
    /// </summary>
    Task<bool> EraseAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Returns the ids that belong to users.</summary>
    Task<IReadOnlySet<Guid>> FindExistingAsync(Guid[] ids, CancellationToken cancellationToken);

    /// <summary>Tells whether a user has this address.</summary>
    /// <param name="foldedEmail">The address as <see cref="EmailAddress.Fold"/> returns it.</param>
    /// <param name="exceptOf">A user who may have it, or null.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    Task<bool> IsEmailTakenAsync(string foldedEmail, Guid? exceptOf, CancellationToken cancellationToken);
}

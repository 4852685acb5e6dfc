using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Common;

/// <summary>
/// The workspace's database. Reads are LINQ over the sets and track nothing; ids of groups and members come with the rows.
/// Each write is one round trip and one transaction; one that loses a race against others is run again, up to a limit
/// (<see cref="ContentionException"/>).
/// </summary>
public interface IWorkspaceDbContext
{
    /// <summary>The users.</summary>
    DbSet<User> Users { get; }

    /// <summary>The user groups.</summary>
    DbSet<UserGroup> UserGroups { get; }

    /// <summary>Stores a new user with its memberships and answers what is stored.</summary>
    /// <exception cref="ConstraintViolationException">The address is taken or a group does not exist.</exception>
    Task<User> CreateAsync(User user, CancellationToken cancellationToken);

    /// <summary>Stores a new group with its memberships and answers what is stored.</summary>
    /// <exception cref="ConstraintViolationException">A user does not exist.</exception>
    Task<UserGroup> CreateAsync(UserGroup group, CancellationToken cancellationToken);

    /// <summary>Changes a user and answers what is stored, or null where there is no such user. Writes only what differs.</summary>
    /// <exception cref="ConstraintViolationException">A group does not exist.</exception>
    /// <exception cref="PreconditionFailedException">The user has none of the expected versions.</exception>
    Task<User?> UpdateAsync(UserChanges changes, CancellationToken cancellationToken);

    /// <summary>Changes a group and answers what is stored, or null where there is no such group. Writes only what differs.</summary>
    /// <exception cref="ConstraintViolationException">A user does not exist.</exception>
    /// <exception cref="PreconditionFailedException">The group has none of the expected versions.</exception>
    Task<UserGroup?> UpdateAsync(UserGroupChanges changes, CancellationToken cancellationToken);

    /// <summary>Deletes a user and its memberships; false where there is no such user.</summary>
    /// <exception cref="PreconditionFailedException">The user has none of the expected versions.</exception>
    Task<bool> DeleteUserAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken);

    /// <summary>Deletes a group and its memberships, but no user; false where there is no such group.</summary>
    /// <exception cref="PreconditionFailedException">The group has none of the expected versions.</exception>
    Task<bool> DeleteUserGroupAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken);
}

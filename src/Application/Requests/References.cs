using CleanWorkspace.Domain;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Requests;

/// <summary>What a request says about stored rows. Ids are as the client sent them, in its order; null where it sent no string.</summary>
public sealed record References
{
    /// <summary>An address that no user may have yet.</summary>
    public string? NewEmail { get; init; }

    /// <summary>Ids that users must have.</summary>
    public IReadOnlyList<string?> Users { get; init; } = [];

    /// <summary>Where in the body the ids of users are.</summary>
    public string UsersPointer { get; init; } = RequestFault.UnknownUsers.Pointer!;

    /// <summary>Ids that groups must have.</summary>
    public IReadOnlyList<string?> UserGroups { get; init; } = [];

    /// <summary>Read-only properties that a user must have.</summary>
    public ReadOnlyProperties? OfUser { get; init; }

    /// <summary>Read-only properties that a group must have.</summary>
    public ReadOnlyProperties? OfUserGroup { get; init; }

    /// <summary>Read-only properties that an API key must have.</summary>
    public ReadOnlyProperties? OfApiKey { get; init; }

    /// <summary>The fault of a broken constraint, pointing at what the request itself says.</summary>
    public RequestFault Place(RequestFault fault) => fault == RequestFault.UnknownUsers ? fault with { Pointer = UsersPointer } : fault;

    /// <summary>The ids among these texts that are well-formed.</summary>
    public static Guid[] ParseIds(IEnumerable<string?>? texts) =>
        [.. (texts ?? []).Select(text => Uuid.TryParse(text, out var id) ? id : (Guid?)null).OfType<Guid>()];
}

/// <summary>
/// Finds which references of a refused request do not hold. It explains a refusal and never stands in for a constraint:
/// what it finds true may be false a moment later.
/// </summary>
internal static class ReferenceFaults
{
    public static async Task<List<RequestFault>> FindFaultsAsync(
        this IWorkspaceDbContext db, References references, CancellationToken cancellationToken)
    {
        var faults = new List<RequestFault>();
        if (references.NewEmail is { } email && EmailAddress.Check(email) is null
            && await db.IsTakenAsync(EmailAddress.Fold(EmailAddress.Normalize(email)), cancellationToken))
        {
            faults.Add(RequestFault.EmailTaken);
        }

        faults.AddRange(await FindUnknownAsync(db.Users, references.Users, references.UsersPointer, RequestFault.UnknownUser, cancellationToken));
        faults.AddRange(await FindUnknownAsync(
            db.UserGroups, references.UserGroups, RequestFault.UnknownUserGroups.Pointer!, RequestFault.UnknownUserGroup, cancellationToken));

        faults.AddRange(await db.CompareAsync(references, cancellationToken));
        return faults;
    }

    /// <summary>Compares read-only properties that were sent back with the stored ones; of what is not stored there is nothing to say.</summary>
    public static async Task<List<RequestFault>> CompareAsync(
        this IWorkspaceDbContext db, References references, CancellationToken cancellationToken)
    {
        var faults = new List<RequestFault>();
        if (references.OfUser is { } ofUser
            && await db.Users.Where(user => user.Id == ofUser.Of)
                .Select(user => new StoredProperties(user.CreatedAt, user.UpdatedAt, user.Email, false, null))
                .SingleOrDefaultAsync(cancellationToken) is { } storedUser)
        {
            faults.AddRange(ofUser.Compare(storedUser));
        }

        if (references.OfUserGroup is { } ofGroup
            && await db.UserGroups.Where(group => group.Id == ofGroup.Of)
                .Select(group => new StoredProperties(group.CreatedAt, group.UpdatedAt, null, group.Name == null, null))
                .SingleOrDefaultAsync(cancellationToken) is { } storedGroup)
        {
            faults.AddRange(ofGroup.Compare(storedGroup));
        }

        if (references.OfApiKey is { } ofKey
            && await db.ApiKeys.Where(key => key.Id == ofKey.Of)
                .Select(key => new StoredProperties(key.CreatedAt, key.UpdatedAt, null, false, key.LastUsedAt))
                .SingleOrDefaultAsync(cancellationToken) is { } storedKey)
        {
            faults.AddRange(ofKey.Compare(storedKey));
        }

        return faults;
    }

    private static async Task<IEnumerable<RequestFault>> FindUnknownAsync<TEntity>(
        IQueryable<TEntity> rows, IReadOnlyList<string?> sent, string pointer, Fault unknown, CancellationToken cancellationToken)
        where TEntity : Entity
    {
        var ids = References.ParseIds(sent).Distinct().ToArray();
        if (ids.Length == 0 || sent.Count > IdList.MaxCount)
        {
            return [];
        }

        var known = await rows.Where(row => ids.Contains(row.Id)).Select(row => row.Id).ToHashSetAsync(cancellationToken);
        return sent
            .Select((text, index) => (IsUnknown: Uuid.TryParse(text, out var id) && !known.Contains(id), Index: index))
            .Where(item => item.IsUnknown)
            .Select(item => RequestFault.At($"{pointer}/{item.Index}", unknown));
    }
}

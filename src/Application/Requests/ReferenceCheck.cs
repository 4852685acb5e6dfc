using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Requests;

/// <summary>
/// Finds the invalid references of a request. The result explains a refusal. It does not replace a constraint, because it may be out of
/// date a moment later.
/// </summary>
/// <param name="users">The users.</param>
/// <param name="userGroups">The groups.</param>
/// <param name="database">Opens the administrative tables. Most requests do not need them.</param>
internal sealed class ReferenceCheck(IUserStore users, IUserGroupStore userGroups, Func<IWorkspaceDbContext> database)
{
    public IUserStore Users => users;

    public IUserGroupStore UserGroups => userGroups;

    public IWorkspaceDbContext Database => database();

    /// <summary>Finds every invalid reference.</summary>
    public async Task<List<RequestFault>> FindFaultsAsync(BodyRequest request, CancellationToken cancellationToken)
    {
        var references = request.GetReferences();
        var faults = new List<RequestFault>();
        if (references.NewEmail is { } email && EmailAddress.Check(email) is null
            && await users.IsEmailTakenAsync(
                EmailAddress.Fold(EmailAddress.Normalize(email)), (request as UpdateRequest)?.Id, cancellationToken))
        {
            faults.Add(RequestFault.EmailTaken);
        }

        faults.AddRange(await FindUnknownAsync(
            users.FindExistingAsync, references.Users, references.UsersPointer, RequestFault.UnknownUser, cancellationToken));
        faults.AddRange(await FindUnknownAsync(
            userGroups.FindExistingAsync,
            references.UserGroups,
            RequestFault.UnknownUserGroups.Pointer!,
            RequestFault.UnknownUserGroup,
            cancellationToken));
        faults.AddRange(await CompareAsync(request, references, cancellationToken));
        return faults;
    }

    /// <summary>Finds every property that was sent back but differs from the stored one. A missing row is no fault here.</summary>
    public Task<List<RequestFault>> CompareAsync(BodyRequest request, CancellationToken cancellationToken) =>
        CompareAsync(request, request.GetReferences(), cancellationToken);

    private async Task<List<RequestFault>> CompareAsync(BodyRequest request, References references, CancellationToken cancellationToken) =>
        references.SentBack is { } sent ? [.. sent.Compare(await request.FindStoredAsync(this, cancellationToken))] : [];

    private static async Task<IEnumerable<RequestFault>> FindUnknownAsync(
        Func<Guid[], CancellationToken, Task<IReadOnlySet<Guid>>> findExistingAsync,
        IReadOnlyList<string?> sent,
        string pointer,
        Fault unknown,
        CancellationToken cancellationToken)
    {
        var ids = References.ParseIds(sent).Distinct().ToArray();
        if (ids.Length == 0 || sent.Count > IdList.MaxCount)
        {
            return [];
        }

        var known = await findExistingAsync(ids, cancellationToken);
        return sent
            .Select((text, index) => (IsUnknown: Uuid.TryParse(text, out var id) && !known.Contains(id), Index: index))
            .Where(item => item.IsUnknown)
            .Select(item => RequestFault.At($"{pointer}/{item.Index}", unknown));
    }
}

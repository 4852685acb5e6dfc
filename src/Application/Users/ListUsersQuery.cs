using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Users;

/// <summary>A request for one page of users.</summary>
public abstract record ListUsersQuery : SearchRequest<UserResponse, UserKey>
{
    // Version of the sort key for addresses. A cursor with an older key would point at a wrong position.
    private const string EmailOrder = "2";

    private const string PlusHint = "In a URL, write + as %2B.";

    /// <summary>
    /// Selects the users with these e-mail addresses, ignoring case and the spelling of the domain. At most 100, with commas between
    /// them or given several times.
    /// </summary>
    public IReadOnlyList<string>? Email { get; init; }

    /// <summary>Selects the users with this role.</summary>
    public Role? Role { get; init; }

    /// <summary>Selects the members of this group.</summary>
    public abstract Guid? GroupId { get; }

    /// <inheritdoc/>
    protected override IEnumerable<string?> ListParts =>
    [
        .. base.ListParts,
        Email is null ? null : string.Join(',', Email),
        Role?.ToString(),
        GroupId?.ToString(),
        .. Sort?.By == UserKey.Email ? [EmailOrder] : (string[])[],
    ];

    /// <inheritdoc/>
    protected override bool IsSelective => base.IsSelective || Email is not null;

    internal override IEnumerable<RequestFault> FindFaults()
    {
        foreach (var email in Email ?? [])
        {
            if (EmailAddress.Check(email) is { } fault)
            {
                // A blank is often a + that the client did not encode.
                yield return RequestFault.Of(
                    "email", email.Contains(' ', StringComparison.Ordinal) ? fault with { Detail = $"{fault.Detail} {PlusHint}" } : fault);
            }
        }

        if (!IsSelective && Role is not null && GroupId is not null)
        {
            yield return RequestFault.Of("role", new Fault(
                "unserved_combination", "Members of a group cannot be filtered by role. Remove role, or add q, id or email."));
        }

        foreach (var other in base.FindFaults())
        {
            yield return other;
        }
    }
}

/// <summary>The sort keys of users.</summary>
public enum UserKey
{
    /// <summary>The time of creation.</summary>
    CreatedAt,

    /// <summary>The e-mail address.</summary>
    Email,

    /// <summary>The first name.</summary>
    FirstName,

    /// <summary>The last name.</summary>
    LastName,
}

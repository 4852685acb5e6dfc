using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Users;

/// <summary>Which users.</summary>
public abstract record ListUsersQuery : SearchRequest<UserResponse, UserKey>
{
    // The key by which addresses are ordered was another once. A cursor with such a one would lead to another place.
    private const string EmailOrder = "2";

    /// <summary>Only the one who has this e-mail address, without regard to case.</summary>
    public string? Email { get; init; }

    /// <summary>Only those who have this role.</summary>
    public Role? Role { get; init; }

    /// <summary>Only the members of the group of this id.</summary>
    public abstract Guid? GroupId { get; }

    /// <inheritdoc/>
    protected override IEnumerable<string?> ListParts =>
        [.. base.ListParts, Email, Role?.ToString(), GroupId?.ToString(), .. Sort?.By == UserKey.Email ? [EmailOrder] : (string[])[]];

    /// <inheritdoc/>
    protected override bool IsNarrow => base.IsNarrow || Email is not null;

    internal override IEnumerable<RequestFault> FindFaults()
    {
        if (Email is { } email && EmailAddress.Check(email) is { } fault)
        {
            yield return RequestFault.Of("email", fault);
        }

        if (!IsNarrow && Role is not null && GroupId is not null)
        {
            yield return RequestFault.Of("role", new Fault(
                "unserved_combination", "The members of a group cannot be chosen by their role: leave it out, or search among them by q."));
        }

        foreach (var other in base.FindFaults())
        {
            yield return other;
        }
    }
}

/// <summary>What users are ordered by.</summary>
public enum UserKey
{
    /// <summary>When they were created, the oldest first.</summary>
    CreatedAt,

    /// <summary>The e-mail address.</summary>
    Email,

    /// <summary>The first name.</summary>
    FirstName,

    /// <summary>The last name.</summary>
    LastName,
}

using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Requests;

/// <summary>One fault of a request (<c>docs/contract.md</c>, Errors).</summary>
/// <param name="Code">The stable error code in snake_case.</param>
/// <param name="Detail">A sentence for people: what is wrong and what to do.</param>
/// <param name="Pointer">The JSON pointer into the body (RFC 6901); null for a query parameter or a header.</param>
/// <param name="Parameter">The query parameter or the header; null for the body.</param>
public sealed record RequestFault(string Code, string Detail, string? Pointer = null, string? Parameter = null)
{
    internal static readonly Fault UnknownUser = new("unknown_user", "No user has this id.");

    internal static readonly Fault UnknownUserGroup = new("unknown_user_group", "No user group has this id.");

    internal static readonly Fault NothingGiven = new("nothing_given", "The body is empty. Give at least one property.");

    internal static readonly Fault RoleConflict = new(
        "role_conflict", "role and _role differ. Send one of them, or the same role in both.");

    internal static readonly Fault NoList = new("required", "Must be a list of ids. The list may be empty.");

    internal static readonly Fault NoTeams = new("unsupported", "Teams are not supported. Leave the property out, or send an empty list.");

    /// <summary>The line of the file, from 1, if the body is a file; otherwise null.</summary>
    public long? Line { get; init; }

    /// <summary>Another user has the address.</summary>
    public static RequestFault EmailTaken { get; } = new("email_taken", "Another user has this e-mail address.", "/email");

    /// <summary>A user of the group does not exist.</summary>
    public static RequestFault UnknownUsers { get; } = At("/users", UnknownUser);

    /// <summary>A group of the user does not exist.</summary>
    public static RequestFault UnknownUserGroups { get; } = At("/user_groups", UnknownUserGroup);

    /// <summary>The cursor does not belong to this list.</summary>
    public static RequestFault InvalidCursor { get; } = new(
        "invalid_cursor",
        "The cursor does not belong to this list. Use a link as it is; only page_size and fields may be changed in it.",
        Parameter: "cursor");

    /// <summary>Returns the fault of a value in the body.</summary>
    public static RequestFault At(string pointer, Fault fault) => new(fault.Code, fault.Detail, pointer);

    internal static Fault TooManyIds(int maxCount) => new("too_many", $"Must have at most {maxCount} ids.");

    internal static RequestFault Of(string parameter, Fault fault) => new(fault.Code, fault.Detail, Parameter: parameter);
}

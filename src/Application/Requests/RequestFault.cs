using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Requests;

/// <summary>One thing wrong with a request (contract, Errors).</summary>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Pointer">Where in the body, as a JSON pointer (RFC 6901); null for a query parameter or a header.</param>
/// <param name="Parameter">Which query parameter or header; null for the body.</param>
public sealed record RequestFault(string Code, string Detail, string? Pointer = null, string? Parameter = null)
{
    /// <summary>The number of the line, from 1, if the body is a file; otherwise null.</summary>
    public long? Line { get; init; }

    internal static readonly Fault UnknownUser = new("unknown_user", "There is no user of this id.");

    internal static readonly Fault UnknownUserGroup = new("unknown_user_group", "There is no user group of this id.");

    internal static readonly Fault NothingGiven = new("nothing_given", "Must describe something: give at least one property.");

    internal static readonly Fault RoleConflict = new("role_conflict", "Must name the same role as role, or be left out.");

    internal static readonly Fault NoList = new("required", "Must be a list of ids; it may be empty.");

    internal static readonly Fault NoTeams = new("unsupported", "There are no teams here: leave it out, or send an empty list.");

    /// <summary>Another user has the address.</summary>
    public static RequestFault EmailTaken { get; } = new("email_taken", "Another user has this e-mail address.", "/email");

    /// <summary>One of a group's users does not exist.</summary>
    public static RequestFault UnknownUsers { get; } = At("/users", UnknownUser);

    /// <summary>One of a user's groups does not exist.</summary>
    public static RequestFault UnknownUserGroups { get; } = At("/user_groups", UnknownUserGroup);

    /// <summary>The cursor is not one that this list has given out.</summary>
    public static RequestFault InvalidCursor { get; } = new(
        "invalid_cursor", "Must be given once, as it stands in a link of this list, with everything else in that link but page_size and fields.", Parameter: "cursor");

    /// <summary>What is wrong with a value, at its place in the body.</summary>
    public static RequestFault At(string pointer, Fault fault) => new(fault.Code, fault.Detail, pointer);

    internal static Fault TooManyIds(int maxCount) => new("too_many", $"Must have at most {maxCount} ids.");

    internal static RequestFault Of(string parameter, Fault fault) => new(fault.Code, fault.Detail, Parameter: parameter);
}

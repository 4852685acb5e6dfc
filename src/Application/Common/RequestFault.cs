using CleanWorkspace.Domain.Common;

namespace CleanWorkspace.Application.Common;

/// <summary>One thing wrong with a request (contract, Errors).</summary>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Pointer">Where in the body, as a JSON pointer (RFC 6901); null for a query parameter.</param>
/// <param name="Parameter">Which query parameter; null for the body.</param>
public sealed record RequestFault(string Code, string Detail, string? Pointer = null, string? Parameter = null)
{
    internal static readonly Fault UnknownUser = new("unknown_user", "There is no user of this id.");

    internal static readonly Fault UnknownUserGroup = new("unknown_user_group", "There is no user group of this id.");
}

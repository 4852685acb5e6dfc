using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Requests;

/// <summary>
/// The stored rows that a request refers to. Ids are as the client sent them, in its order; null for values that are no string.
/// </summary>
public sealed record References
{
    /// <summary>A request without references.</summary>
    public static References None { get; } = new();

    /// <summary>An address that no other user may have.</summary>
    public string? NewEmail { get; init; }

    /// <summary>Ids of users that must exist.</summary>
    public IReadOnlyList<string?> Users { get; init; } = [];

    /// <summary>The JSON pointer to the ids of users.</summary>
    public string UsersPointer { get; init; } = RequestFault.UnknownUsers.Pointer!;

    /// <summary>Ids of groups that must exist.</summary>
    public IReadOnlyList<string?> UserGroups { get; init; } = [];

    /// <summary>Properties that must equal the stored ones, or null if the client sent none.</summary>
    public ReadOnlyProperties? SentBack { get; init; }

    /// <summary>Returns the fault of a broken constraint with the JSON pointer of the property in this request.</summary>
    public RequestFault Locate(RequestFault fault) => fault == RequestFault.UnknownUsers ? fault with { Pointer = UsersPointer } : fault;

    /// <summary>Returns the well-formed ids among the texts.</summary>
    public static Guid[] ParseIds(IEnumerable<string?>? texts) =>
        [.. (texts ?? []).Select(text => Uuid.TryParse(text, out var id) ? id : (Guid?)null).OfType<Guid>()];
}

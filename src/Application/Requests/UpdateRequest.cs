using System.Globalization;
using System.Text.Json.Serialization;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Requests;

/// <summary>Changes to one resource, which clients may send with the read-only properties as they read them.</summary>
public abstract record UpdateRequest : BodyRequest
{
    /// <summary>The id in the path.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <summary>The versions of the resource that the client accepts to change; null for any.</summary>
    [JsonIgnore]
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The resource's id, sent back.</summary>
    [Undocumented]
    [JsonPropertyName("id")]
    public Optional<string?> SentId { get; init; }

    /// <summary>When the resource was created, sent back.</summary>
    [Undocumented]
    public Optional<string?> CreatedAt { get; init; }

    /// <summary>When the resource last changed, sent back.</summary>
    [Undocumented]
    public Optional<string?> UpdatedAt { get; init; }

    /// <summary>The read-only properties that were sent back, or null where there are none.</summary>
    /// <param name="email">The resource's address, where it has such a property.</param>
    /// <param name="isNameless">Whether a name was sent as null, which a name cannot become.</param>
    /// <param name="lastUsedAt">When the resource was last used, where it has such a property.</param>
    protected ReadOnlyProperties? SentBack(
        Optional<string?> email = default, bool isNameless = false, Optional<string?> lastUsedAt = default) =>
        SentId.IsGiven || CreatedAt.IsGiven || UpdatedAt.IsGiven || email.IsGiven || isNameless || lastUsedAt.IsGiven
            ? new ReadOnlyProperties(Id, SentId, CreatedAt, UpdatedAt, email, isNameless, lastUsedAt)
            : null;
}

/// <summary>The read-only properties of a stored resource, to hold sent ones against.</summary>
/// <param name="CreatedAt">As stored.</param>
/// <param name="UpdatedAt">As stored.</param>
/// <param name="Email">Null where the resource has none.</param>
/// <param name="IsNameless">Whether the resource can have a name that must not be null, and has none.</param>
/// <param name="LastUsedAt">Null where the resource has none.</param>
public sealed record StoredProperties(
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? Email, bool IsNameless, DateTimeOffset? LastUsedAt);

/// <summary>Read-only properties as a client sent them back.</summary>
/// <param name="Of">The id in the path.</param>
/// <param name="Id">The id in the body.</param>
/// <param name="CreatedAt">As the client read it.</param>
/// <param name="UpdatedAt">As the client read it, which may be before another client's change.</param>
/// <param name="Email">The address, which cannot be edited once a user exists.</param>
/// <param name="IsNameless">Whether the name was sent as null: only a group that never got a name is read so.</param>
/// <param name="LastUsedAt">As the client read it, which may be before the key was used again.</param>
public sealed record ReadOnlyProperties(
    Guid Of,
    Optional<string?> Id,
    Optional<string?> CreatedAt,
    Optional<string?> UpdatedAt,
    Optional<string?> Email,
    bool IsNameless,
    Optional<string?> LastUsedAt)
{
    /// <summary>A fault for each property that cannot have been read so from the stored resource.</summary>
    public IEnumerable<RequestFault> Compare(StoredProperties stored)
    {
        if (Id.IsGiven && !(Uuid.TryParse(Id.Value, out var id) && id == Of))
        {
            yield return ReadOnly("id");
        }

        if (Email.IsGiven && Email.Value != stored.Email)
        {
            yield return ReadOnly("email");
        }

        if (IsNameless && !stored.IsNameless)
        {
            yield return RequestFault.At("/name", UserGroup.NameRule.Check(null)!);
        }

        if (CreatedAt.IsGiven && ParseTime(CreatedAt.Value) != stored.CreatedAt)
        {
            yield return ReadOnly("created_at");
        }

        if (UpdatedAt.IsGiven && !(ParseTime(UpdatedAt.Value) is { } time && time >= stored.CreatedAt && time <= stored.UpdatedAt))
        {
            yield return ReadOnly("updated_at");
        }

        if (LastUsedAt is { IsGiven: true, Value: not null } && !(ParseTime(LastUsedAt.Value) <= stored.LastUsedAt))
        {
            yield return ReadOnly("last_used_at");
        }
    }

    private static RequestFault ReadOnly(string property) => new(
        "read_only", "Cannot be changed here. Leave it out, or send it back as it was read.", $"/{property}");

    private static DateTimeOffset? ParseTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}

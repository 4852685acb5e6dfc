using System.Globalization;
using System.Text.Json.Serialization;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Requests;

/// <summary>Changes to one resource. Clients may send read-only properties back as they read them.</summary>
public abstract record UpdateRequest : BodyRequest
{
    /// <summary>The id in the path.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <summary>The versions of the resource that the client accepts, or null for any.</summary>
    [JsonIgnore]
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The id of the resource, sent back.</summary>
    [Undocumented]
    [JsonPropertyName("id")]
    public Optional<string?> SentId { get; init; }

    /// <summary>The time of creation, sent back.</summary>
    [Undocumented]
    public Optional<string?> CreatedAt { get; init; }

    /// <summary>The time of the last change, sent back.</summary>
    [Undocumented]
    public Optional<string?> UpdatedAt { get; init; }

    /// <inheritdoc/>
    public abstract override References GetReferences();

    /// <inheritdoc/>
    internal abstract override Task<StoredProperties?> FindStoredAsync(ReferenceCheck check, CancellationToken cancellationToken);

    /// <summary>Returns the read-only properties that the client sent back, or null if it sent none.</summary>
    /// <param name="email">An address that breaks the rule of addresses. It is valid only if it is the stored one.</param>
    /// <param name="isNameless">True if the client sent null as the name of a resource that has no name.</param>
    /// <param name="lastUsedAt">The time of the last use, for resources that have it.</param>
    protected ReadOnlyProperties? SentBack(
        Optional<string?> email = default, bool isNameless = false, Optional<string?> lastUsedAt = default) =>
        SentId.IsGiven || CreatedAt.IsGiven || UpdatedAt.IsGiven || email.IsGiven || isNameless || lastUsedAt.IsGiven
            ? new ReadOnlyProperties(Id, SentId, CreatedAt, UpdatedAt, email, isNameless, lastUsedAt)
            : null;
}

/// <summary>The stored values of read-only properties.</summary>
/// <param name="CreatedAt">The time of creation.</param>
/// <param name="UpdatedAt">The time of the last change.</param>
/// <param name="Email">The address, or null if the resource has none.</param>
/// <param name="IsNameless">True if the resource can have a name but has none.</param>
/// <param name="LastUsedAt">The time of the last use, or null if the resource was never used.</param>
public sealed record StoredProperties(
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? Email, bool IsNameless, DateTimeOffset? LastUsedAt)
{
    /// <summary>The stored values of a resource without other read-only properties.</summary>
    public StoredProperties(DateTimeOffset createdAt, DateTimeOffset updatedAt)
        : this(createdAt, updatedAt, null, false, null)
    {
    }
}

/// <summary>Read-only properties that a client sent back.</summary>
/// <param name="Of">The id in the path.</param>
/// <param name="Id">The id in the body.</param>
/// <param name="CreatedAt">The time of creation.</param>
/// <param name="UpdatedAt">The time of the last change. It may be older than the stored one.</param>
/// <param name="Email">
/// An address that breaks the rule of addresses, or null. It is valid only if it is the stored one: the user has no address, or has it
/// from a time with another rule.
/// </param>
/// <param name="IsNameless">True if the client sent null as the name. This is valid only if the stored group has no name.</param>
/// <param name="LastUsedAt">The time of the last use. It may be older than the stored one.</param>
public sealed record ReadOnlyProperties(
    Guid Of,
    Optional<string?> Id,
    Optional<string?> CreatedAt,
    Optional<string?> UpdatedAt,
    Optional<string?> Email,
    bool IsNameless,
    Optional<string?> LastUsedAt)
{
    /// <summary>Returns a fault for each property that the client cannot have read from the stored resource.</summary>
    /// <param name="stored">The stored values, or null if the resource does not exist.</param>
    public IEnumerable<RequestFault> Compare(StoredProperties? stored)
    {
        if (Email.IsGiven && Email.Value != stored?.Email)
        {
            yield return RequestFault.At("/email", EmailAddress.Check(Email.Value)!);
        }

        if (stored is null)
        {
            yield break;
        }

        if (Id.IsGiven && !(Uuid.TryParse(Id.Value, out var id) && id == Of))
        {
            yield return ReadOnly("id");
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
        "read_only", "This property cannot be changed here. Leave it out, or send it back as you read it.", $"/{property}");

    private static DateTimeOffset? ParseTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}

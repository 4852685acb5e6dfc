using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.Application.Users;

/// <summary>A person in the workspace.</summary>
public sealed record UserResponse : IResource
{
    /// <summary>UUID version 7, in lower case. Set by the service.</summary>
    /// <example>019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    public required Guid Id { get; init; }

    /// <summary>The first name, or null.</summary>
    /// <example>Ada</example>
    public required string? FirstName { get; init; }

    /// <summary>The last name, or null.</summary>
    /// <example>Lovelace</example>
    public required string? LastName { get; init; }

    /// <summary>The e-mail address as it was given, or null. Unique regardless of case and of the spelling of the domain.</summary>
    /// <example>ada@example.org</example>
    public required string? Email { get; init; }

    /// <summary>The role of the user.</summary>
    /// <example>editor</example>
    public required Role Role { get; init; }

    /// <summary>The ids of the user's groups, ascending.</summary>
    /// <example>["019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072"]</example>
    public required Guid[] UserGroups { get; init; }

    /// <summary>The time of creation (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time of the last change of anything shown here, memberships included (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public long Version { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public Fields Shown { get; init; } = Fields<UserResponse>.All;
}

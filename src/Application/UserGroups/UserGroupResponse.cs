using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>A group of users in the workspace.</summary>
public sealed record UserGroupResponse : IResource
{
    /// <summary>UUID version 7, in lower case. Set by the service.</summary>
    /// <example>019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072</example>
    public required Guid Id { get; init; }

    /// <summary>The name, or null.</summary>
    /// <example>Mathematicians</example>
    public required string? Name { get; init; }

    /// <summary>An emoji, a name or the address of a picture, or null.</summary>
    /// <example>abacus</example>
    public required string? Icon { get; init; }

    /// <summary>The description, or null.</summary>
    /// <example>The people who work on the analytical engine.</example>
    public required string? Description { get; init; }

    /// <summary>The ids of the members, ascending.</summary>
    /// <example>["019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"]</example>
    public required Guid[] Users { get; init; }

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
    public Fields Shown { get; init; } = Fields<UserGroupResponse>.All;
}

using System.Text.Json.Serialization;
using AutoMapper;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>An API key: the credential of a program.</summary>
public sealed record ApiKeyResponse : IResource
{
    /// <summary>UUID version 7, in lower case. Set by the service.</summary>
    /// <example>019a2b3c-6d7e-7f90-8a1b-2c3d4e5f6073</example>
    public required Guid Id { get; init; }

    /// <summary>The owner or the purpose of the key.</summary>
    /// <example>payroll import</example>
    public required string Name { get; init; }

    /// <summary>The role of the key.</summary>
    /// <example>viewer</example>
    public required Role Role { get; init; }

    /// <summary>The time when the key expires (RFC 3339, UTC); null for never.</summary>
    /// <example>2027-11-23T00:00:00.000000Z</example>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The time of the last use, exact to half a minute (RFC 3339, UTC); null for never.</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The time of creation (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time of the last change of name, role or expiry (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// The token to send as <c>Authorization: Bearer</c>. Only the answer to the creation contains it. Keep it secret: it grants
    /// the role of the key.
    /// </summary>
    /// <example>cwk_019a2b3c6d7e7f908a1b2c3d4e5f6073_47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public long Version { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public Fields Shown { get; init; } = Fields<ApiKeyResponse>.All;
}

internal sealed class ApiKeyResponseProfile : Profile
{
    public ApiKeyResponseProfile() => CreateMap<ApiKey, ApiKeyResponse>()
            .ForMember(response => response.Token, map => map.Ignore())
            .ForMember(response => response.Shown, map => map.Ignore());
}

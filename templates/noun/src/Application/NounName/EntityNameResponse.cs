using System.Text.Json.Serialization;
using AutoMapper;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.NounName;

namespace CleanWorkspace.Application.NounName;

/// <summary>A-entity-words of the workspace.</summary>
public sealed record EntityNameResponse : IResource
{
    /// <summary>UUID version 7, in lower case. Set by the service.</summary>
    /// <example>019a2b3c-7d8e-7fa0-8a1b-2c3d4e5f6074</example>
    public required Guid Id { get; init; }

    /// <summary>The name.</summary>
    /// <example>Analytical engines</example>
    public required string Name { get; init; }

    /// <summary>The time of creation (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time of the last change (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public long Version { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public Fields Shown { get; init; } = Fields<EntityNameResponse>.All;
}

internal sealed class EntityNameResponseProfile : Profile
{
    public EntityNameResponseProfile() =>
        CreateMap<EntityName, EntityNameResponse>().ForMember(response => response.Shown, map => map.Ignore());
}

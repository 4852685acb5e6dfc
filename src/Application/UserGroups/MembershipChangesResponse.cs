using System.Text.Json.Serialization;
using CleanWorkspace.Domain.UserGroups;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>The result of changes to the members of a group. Each named user counts once.</summary>
public sealed record MembershipChangesResponse : IVersioned
{
    /// <summary>The number of users that became members.</summary>
    /// <example>2</example>
    public required int Added { get; init; }

    /// <summary>The number of users that were removed.</summary>
    /// <example>1</example>
    public required int Removed { get; init; }

    /// <summary>The number of users that needed no change.</summary>
    /// <example>0</example>
    public required int Unchanged { get; init; }

    /// <summary>The version of the group after the changes.</summary>
    [JsonIgnore]
    public long Version { get; init; }

    internal static MembershipChangesResponse Of(MembershipChanges changes, MembershipCounts counts) => new()
    {
        Added = counts.Added,
        Removed = counts.Removed,
        Unchanged = changes.Count - counts.Added - counts.Removed,
        Version = counts.Version,
    };
}

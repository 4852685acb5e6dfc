using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.Application.Callers;

/// <summary>The caller of the service: its credential, and the operations that it may call.</summary>
public sealed record CallerResponse
{
    /// <summary>The kind of the credential. It is <c>none</c> if the service needs no credential and the request had none.</summary>
    /// <example>api_key</example>
    public required CredentialKind Kind { get; init; }

    /// <summary>The id of the API key, or the subject of the token; null without a credential.</summary>
    /// <example>019a2b3c-6d7e-7f90-8a1b-2c3d4e5f6073</example>
    public required string? Id { get; init; }

    /// <summary>The name of the API key, or the name in the token; null if there is none.</summary>
    /// <example>payroll import</example>
    public required string? Name { get; init; }

    /// <summary>The role; null if the token has none. Without a credential it is <c>admin</c>.</summary>
    /// <example>viewer</example>
    public required Role? Role { get; init; }

    /// <summary>The time when the credential expires (RFC 3339, UTC); null for never.</summary>
    /// <example>2027-11-23T00:00:00.000000Z</example>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The operationIds of all operations that the caller may call, sorted.</summary>
    /// <example>["Callers_getCaller", "UserGroups_getUserGroupById", "UserGroups_list", "Users_getUserById", "Users_list"]</example>
    public required IReadOnlyList<string> Operations { get; init; }
}

using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.Application.Callers;

/// <summary>The kinds of credentials.</summary>
public enum CredentialKind
{
    /// <summary>An API key of this service.</summary>
    ApiKey,

    /// <summary>A token of the configured issuer.</summary>
    Token,

    /// <summary>No credential. The service needs none.</summary>
    None,
}

/// <summary>The credential of a caller.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Id">The id of the API key, or the subject of the token; null without a credential.</param>
/// <param name="Name">The name of the API key, or of the person in the token; null if there is none.</param>
/// <param name="Role">The role, or null if the token has none.</param>
/// <param name="ExpiresAt">The time when the credential expires, or null for never.</param>
public sealed record Credential(CredentialKind Kind, string? Id, string? Name, Role? Role, DateTimeOffset? ExpiresAt)
{
    /// <summary>No credential. The caller may do everything: the service is open, or the caller is the program itself.</summary>
    public static Credential None { get; } = new(CredentialKind.None, null, null, Domain.Users.Role.Admin, null);

    /// <summary>The caller's name in the audit.</summary>
    public string Actor { get; } = Kind switch
    {
        CredentialKind.ApiKey => $"key:{Id}",
        CredentialKind.Token => $"subject:{Id}",
        _ => "anonymous",
    };
}

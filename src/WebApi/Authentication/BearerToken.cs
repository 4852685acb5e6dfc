using Microsoft.Extensions.Primitives;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Reads the header <c>Authorization: Bearer</c> (RFC 6750, section 2.1).</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>Returns the token, or null if the header is missing, repeated or of another scheme.</summary>
    public static string? Read(StringValues authorization) =>
        authorization.Count == 1 && authorization[0] is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[Scheme.Length..].Trim()
            : null;
}

using Microsoft.Extensions.Primitives;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>How a credential is sent: <c>Authorization: Bearer</c> and a token (RFC 6750, section 2.1).</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The token, or null where the header has none, another scheme, or comes more than once.</summary>
    public static string? In(StringValues authorization) =>
        authorization.Count == 1 && authorization[0] is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[Scheme.Length..].Trim()
            : null;
}

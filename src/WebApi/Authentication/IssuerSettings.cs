using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Whose tokens (JWT) are taken beside the API keys, and how they say what role their bearer has.</summary>
/// <param name="Authority">Where the issuer's discovery document is, without a slash at the end.</param>
/// <param name="Audience">What a token has to be made for.</param>
/// <param name="RoleClaim">The claim that names roles; a dot leads into an object.</param>
internal sealed record IssuerSettings(string Authority, string Audience, string RoleClaim)
{
    private const string DefaultRoleClaim = "roles";

    /// <summary>The settings, or null where no issuer is configured.</summary>
    public static IssuerSettings? Read(IConfiguration configuration)
    {
        var audience = configuration["Authentication:Audience"];
        if (configuration["Authentication:Authority"] is not { Length: > 0 } authority)
        {
            return audience is null or ""
                ? null
                : throw new StartFailure("Authentication__Audience is set without Authentication__Authority, the issuer's address. Set both or none.");
        }

        if (!IsTrustworthy(authority))
        {
            throw new StartFailure(
                $"Authentication__Authority has {authority}, which is no issuer's address such as https://login.example.org/realms/workspace: https (on this machine alone http), and nothing after the path.");
        }

        return audience is { Length: > 0 }
            ? new IssuerSettings(authority.TrimEnd('/'), audience, configuration["Authentication:RoleClaim"] is { Length: > 0 } claim ? claim : DefaultRoleClaim)
            : throw new StartFailure("Authentication__Authority needs Authentication__Audience beside it: what the issuer's tokens for this service have as aud.");
    }

    // Whoever can change what is read from there makes tokens as they like.
    private static bool IsTrustworthy(string authority) =>
        Uri.TryCreate(authority, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri is { UserInfo: "", Query: "", Fragment: "" };
}

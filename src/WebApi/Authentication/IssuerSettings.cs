using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>The issuer of tokens (JWT) that the service accepts in addition to API keys.</summary>
/// <param name="Authority">The issuer's address, without a trailing slash. The discovery document is below it.</param>
/// <param name="Audience">The audience that a token must have.</param>
/// <param name="RoleClaim">The claim that holds the role names. A dot separates the names of nested objects.</param>
internal sealed record IssuerSettings(string Authority, string Audience, string RoleClaim)
{
    private const string DefaultRoleClaim = "roles";

    /// <summary>Returns the settings, or null if no issuer is configured.</summary>
    public static IssuerSettings? Read(IConfiguration configuration)
    {
        var audience = configuration["Authentication:Audience"];
        if (configuration["Authentication:Authority"] is not { Length: > 0 } authority)
        {
            return audience is null or ""
                ? null
                : throw new StartFailure(
                    "Authentication__Audience is set without Authentication__Authority, the issuer's address. Set both or none.");
        }

        if (!IsTrustworthy(authority))
        {
            throw new StartFailure(
                $"Authentication__Authority is {authority}. It must be an issuer's address such as "
                + "https://login.example.org/realms/workspace: https (http only on this machine), and nothing after the path.");
        }

        if (audience is not { Length: > 0 })
        {
            throw new StartFailure(
                "Authentication__Authority needs Authentication__Audience: the audience (aud) of the issuer's tokens for this service.");
        }

        var roleClaim = configuration["Authentication:RoleClaim"] is { Length: > 0 } claim ? claim : DefaultRoleClaim;
        return new IssuerSettings(authority.TrimEnd('/'), audience, roleClaim);
    }

    // A person who can change the documents of this address can forge tokens, so it must be https or this machine.
    private static bool IsTrustworthy(string authority) =>
        Uri.TryCreate(authority, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri is { UserInfo: "", Query: "", Fragment: "" };
}

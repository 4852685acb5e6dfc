using System.Buffers.Text;
using System.Security.Claims;
using System.Text.Json;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Validates the issuer's tokens and makes the caller's identity of them. A refused token gives a <see cref="CredentialException"/>.
/// </summary>
internal sealed class IssuerTokenHandler(IssuerSettings settings, IssuerKeyReader keys) : TokenHandler
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    // Only algorithms with a key pair. With HMAC, an attacker could use the public key as the shared secret.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    // The limit of OpenID Connect Core, section 2. The audit has no room for more.
    private static readonly TextRule SubjectRule = new(255, required: true);

    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (await keys.FindAsync() is not { } known)
        {
            return Refuse(CredentialException.IssuerUnavailable);
        }

        var result = await ValidateAsync(token, known);
        if (result.Exception is SecurityTokenInvalidSignatureException && await keys.FindNewerAsync(known) is { } newer)
        {
            known = newer;
            result = await ValidateAsync(token, known);
        }

        if (result is { IsValid: true, SecurityToken: JsonWebToken valid } && SubjectRule.Check(valid.Subject) is null)
        {
            return Accept(valid);
        }

        // A token is called expired only if everything else about it is valid.
        return result.Exception is SecurityTokenExpiredException && (await ValidateAsync(token, known, ignoreLifetime: true)).IsValid
            ? Refuse(CredentialException.Expired)
            : Refuse(CredentialException.Invalid);
    }

    private static TokenValidationResult Refuse(CredentialException reason) => new() { Exception = reason };

    private Task<TokenValidationResult> ValidateAsync(string token, OpenIdConnectConfiguration issuer, bool ignoreLifetime = false) =>
        _tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer.Issuer,
            ValidAudience = settings.Audience,
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = issuer.SigningKeys,
            ValidateLifetime = !ignoreLifetime,
            ClockSkew = ClockSkew,
        });

    private TokenValidationResult Accept(JsonWebToken token)
    {
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload));
        // The most powerful role has the smallest value.
        var role = FindRoles(FindClaim(claims.RootElement, settings.RoleClaim)).Min();
        return new TokenValidationResult
        {
            IsValid = true,
            SecurityToken = token,
            ClaimsIdentity = (ClaimsIdentity)Principals.Create($"subject:{token.Subject}", role).Identity!,
        };
    }

    // The full name comes first, because a claim's own name may contain dots, such as a URL.
    private static JsonElement FindClaim(JsonElement claims, string name) => claims switch
    {
        { ValueKind: not JsonValueKind.Object } => default,
        _ when claims.TryGetProperty(name, out var claim) => claim,
        _ when name.Split('.', 2) is [var outer, var rest] && claims.TryGetProperty(outer, out var inner) => FindClaim(inner, rest),
        _ => default,
    };

    private static IEnumerable<Role?> FindRoles(JsonElement claim) =>
        from value in claim.ValueKind == JsonValueKind.Array ? claim.EnumerateArray().ToArray() : [claim]
        let name = value.ValueKind == JsonValueKind.String ? value.GetString() : null
        where RoleName.Check(name) is null
        select (Role?)RoleName.Parse(name);
}

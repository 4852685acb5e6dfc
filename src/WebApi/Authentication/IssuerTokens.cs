using System.Buffers.Text;
using System.Security.Claims;
using System.Text.Json;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Tells the issuer's tokens from all others, and whom they are for; what is wrong with a token is a <see cref="CredentialException"/>.</summary>
internal sealed class IssuerTokens(IssuerSettings settings, IssuerKeys keys) : TokenHandler
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    // A public key verifies these and makes none. With a shared secret among them, the public key could be taken for one.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    // OpenID Connect Core, section 2; the audit has no room for more.
    private static readonly TextRule Subject = new(255, required: true);

    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (await keys.FindAsync() is not { } known)
        {
            return Refuse(CredentialException.IssuerUnavailable);
        }

        var result = await CheckAsync(token, known);
        if (result.Exception is SecurityTokenInvalidSignatureException && await keys.FindNewerAsync(known) is { } newer)
        {
            known = newer;
            result = await CheckAsync(token, known);
        }

        if (result is { IsValid: true, SecurityToken: JsonWebToken valid } && Subject.Check(valid.Subject) is null)
        {
            return Admit(valid);
        }

        // A token of a stranger's is no better for having expired.
        return result.Exception is SecurityTokenExpiredException && (await CheckAsync(token, known, ofAnyTime: true)).IsValid
            ? Refuse(CredentialException.Expired)
            : Refuse(CredentialException.Invalid);
    }

    private static TokenValidationResult Refuse(CredentialException reason) => new() { Exception = reason };

    private Task<TokenValidationResult> CheckAsync(string token, OpenIdConnectConfiguration issuer, bool ofAnyTime = false) =>
        _tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer.Issuer,
            ValidAudience = settings.Audience,
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = issuer.SigningKeys,
            ValidateLifetime = !ofAnyTime,
            ClockSkew = ClockSkew,
        });

    private TokenValidationResult Admit(JsonWebToken token)
    {
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload));
        var role = RolesIn(Find(claims.RootElement, settings.RoleClaim)).Min();
        return new TokenValidationResult
        {
            IsValid = true,
            SecurityToken = token,
            ClaimsIdentity = (ClaimsIdentity)Principals.Create($"subject:{token.Subject}", role).Identity!,
        };
    }

    // A claim may have dots in its own name, as those that are named by an address.
    private static JsonElement Find(JsonElement claims, string name) => claims switch
    {
        { ValueKind: not JsonValueKind.Object } => default,
        _ when claims.TryGetProperty(name, out var claim) => claim,
        _ when name.Split('.', 2) is [var outer, var rest] && claims.TryGetProperty(outer, out var inner) => Find(inner, rest),
        _ => default,
    };

    // The most powerful role comes first.
    private static IEnumerable<Role?> RolesIn(JsonElement claim) =>
        from value in claim.ValueKind == JsonValueKind.Array ? claim.EnumerateArray().ToArray() : [claim]
        let name = value.ValueKind == JsonValueKind.String ? value.GetString() : null
        where RoleName.Check(name) is null
        select (Role?)RoleName.Parse(name);
}

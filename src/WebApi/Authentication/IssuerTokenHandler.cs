using System.Text.Json;
using CleanWorkspace.Application.Callers;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Validates the issuer's tokens and makes the caller's identity of them. A refused token gives a <see cref="CredentialException"/>.
/// </summary>
internal sealed class IssuerTokenHandler(IssuerSettings settings, IssuerKeyReader keys, RefusedCredentials refused) : TokenHandler
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    // Only algorithms with a key pair. With HMAC, an attacker could use the public key as the shared secret. The numbers are the sizes of
    // the curves (RFC 7518, section 3.4).
    private static readonly Dictionary<string, int> Algorithms = new()
    {
        [SecurityAlgorithms.RsaSha256] = 0,
        [SecurityAlgorithms.RsaSha384] = 0,
        [SecurityAlgorithms.RsaSha512] = 0,
        [SecurityAlgorithms.RsaSsaPssSha256] = 0,
        [SecurityAlgorithms.RsaSsaPssSha384] = 0,
        [SecurityAlgorithms.RsaSsaPssSha512] = 0,
        [SecurityAlgorithms.EcdsaSha256] = 256,
        [SecurityAlgorithms.EcdsaSha384] = 384,
        [SecurityAlgorithms.EcdsaSha512] = 521,
    };

    // The limit of OpenID Connect Core, section 2. The audit has no room for more.
    private static readonly TextRule SubjectRule = new(255, required: true);

    private static readonly string[] NameClaims = ["name", "preferred_username"];

    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (await keys.FindAsync() is not { } known)
        {
            return new TokenValidationResult { Exception = CredentialException.IssuerUnavailable };
        }

        var result = await ValidateAsync(token, known);
        if (result.Exception is SecurityTokenInvalidSignatureException && await keys.FindNewerAsync(known) is { } newer)
        {
            known = newer;
            result = await ValidateAsync(token, known);
        }

        if (result is { IsValid: true, SecurityToken: JsonWebToken valid })
        {
            using var claims = TokenForm.ReadClaims(valid);
            return claims is not null && SubjectRule.Check(valid.Subject) is null
                ? Accept(valid, claims.RootElement)
                : Refuse(CredentialException.Invalid, Refusal.Malformed);
        }

        // A token is called expired only if everything else about it is valid.
        if (result.Exception is SecurityTokenExpiredException && (await ValidateAsync(token, known, ignoreLifetime: true)).IsValid)
        {
            return Refuse(CredentialException.Expired, Refusal.ExpiredToken);
        }

        return Refuse(CredentialException.Invalid, RefusalOf(result, known.Issuer));
    }

    private TokenValidationResult Refuse(CredentialException failure, Refusal refusal)
    {
        refused.Record(refusal);
        return new TokenValidationResult { Exception = failure };
    }

    // A token for another service also has a key that is not known here. So its issuer and audience come first.
    private Refusal RefusalOf(TokenValidationResult result, string issuer) => (result.TokenOnFailedValidation, result.Exception) switch
    {
        (JsonWebToken token, _) when token.Issuer != issuer => Refusal.WrongIssuer(issuer),
        (JsonWebToken token, _) when !token.Audiences.Contains(settings.Audience) => Refusal.WrongAudience(settings.Audience),
        (_, SecurityTokenNotYetValidException) => Refusal.NotYetValid,
        (_, SecurityTokenExpiredException) => Refusal.ExpiredToken,
        (_, SecurityTokenSignatureKeyNotFoundException) => Refusal.UnknownSigningKey,
        (_, SecurityTokenInvalidSignatureException) => Refusal.BadSignature,
        _ => Refusal.Malformed,
    };

    private Task<TokenValidationResult> ValidateAsync(string token, OpenIdConnectConfiguration issuer, bool ignoreLifetime = false) =>
        _tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer.Issuer,
            ValidAudience = settings.Audience,
            AlgorithmValidator = (algorithm, key, _, _) => IsAlgorithmOf(key, algorithm, issuer.JsonWebKeySet),
            IssuerSigningKeys = issuer.SigningKeys,
            ValidateLifetime = !ignoreLifetime,
            ClockSkew = ClockSkew,
            IncludeTokenOnFailedValidation = true,
        });

    // The library would accept every algorithm that fits the kind of the key.
    private static bool IsAlgorithmOf(SecurityKey key, string algorithm, JsonWebKeySet published)
    {
        var same = published.Keys.Where(candidate => candidate.KeyId == key.KeyId).ToList();
        return Algorithms.TryGetValue(algorithm, out var curveSize)
            && (key is not ECDsaSecurityKey || key.KeySize == curveSize)
            && (same.Count == 0 || same.Any(candidate => string.IsNullOrEmpty(candidate.Alg) || candidate.Alg == algorithm));
    }

    private TokenValidationResult Accept(JsonWebToken token, JsonElement claims)
    {
        // The most powerful role has the smallest value.
        var role = FindRoles(FindClaim(claims, settings.RoleClaim)).Min();
        return new TokenValidationResult
        {
            IsValid = true,
            SecurityToken = token,
            ClaimsIdentity = new CallerIdentity(new Credential(
                CredentialKind.Token, token.Subject, FindName(claims), role, new DateTimeOffset(token.ValidTo))),
        };
    }

    // The claims of OpenID Connect Core, section 5.1. Many access tokens have none of them.
    private static string? FindName(JsonElement claims) => NameClaims
        .Select(name => claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
        .FirstOrDefault(name => !string.IsNullOrWhiteSpace(name));

    // The longest key that fits comes first, because a key may contain dots, such as a URL or the name of a client.
    private static JsonElement FindClaim(JsonElement claims, string name)
    {
        for (var end = name.Length; end > 0 && claims.ValueKind == JsonValueKind.Object; end = name.LastIndexOf('.', end - 1))
        {
            if (!claims.TryGetProperty(name.AsSpan(0, end), out var value))
            {
                continue;
            }

            var found = end == name.Length ? value : FindClaim(value, name[(end + 1)..]);
            if (found.ValueKind != JsonValueKind.Undefined)
            {
                return found;
            }
        }

        return default;
    }

    private static IEnumerable<Role?> FindRoles(JsonElement claim) =>
        from value in claim.ValueKind == JsonValueKind.Array ? claim.EnumerateArray().ToArray() : [claim]
        let name = value.ValueKind == JsonValueKind.String ? value.GetString() : null
        where RoleName.Check(name) is null
        select (Role?)RoleName.Parse(name);
}

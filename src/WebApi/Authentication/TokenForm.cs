using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Rules for the header and the claims of a token (RFC 7515 and RFC 7519) that the library does not enforce. A lenient reader could
/// see another token than the issuer meant.
/// </summary>
internal static class TokenForm
{
    // The last second of the year 9999.
    private const double MaxTime = 253_402_300_799;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // Other types are signed with the same keys for other purposes, such as logout+jwt.
    private static readonly string[] Types = ["JWT", "at+jwt", "application/jwt", "application/at+jwt"];

    /// <summary>Returns the claims of a token with a valid signature, or null if its form is not valid.</summary>
    public static JsonDocument? ReadClaims(JsonWebToken token)
    {
        try
        {
            using var header = Parse(token.EncodedHeader);
            var claims = Parse(token.EncodedPayload);
            if (IsHeader(header.RootElement) && AreClaims(claims.RootElement))
            {
                return claims;
            }

            claims.Dispose();
        }
        catch (JsonException)
        {
            // A property is given twice.
        }

        return null;
    }

    private static JsonDocument Parse(string encoded) => JsonDocument.Parse(Base64Url.DecodeFromChars(encoded), Strict);

    // The service knows no extension, so it must refuse every token that requires one (RFC 7515, section 4.1.11).
    private static bool IsHeader(JsonElement header) =>
        !header.TryGetProperty("crit", out _)
        && (!header.TryGetProperty("typ", out var type)
            || (type.ValueKind == JsonValueKind.String && Types.Contains(type.GetString(), StringComparer.OrdinalIgnoreCase)));

    private static bool AreClaims(JsonElement claims) =>
        claims.TryGetProperty("exp", out var end)
        && IsTime(end)
        && (!claims.TryGetProperty("nbf", out var start) || IsTime(start))
        && (!claims.TryGetProperty("iat", out var issued) || IsTime(issued))
        && claims.TryGetProperty("sub", out var subject)
        && subject.ValueKind == JsonValueKind.String
        && claims.TryGetProperty("aud", out var audience)
        && IsAudience(audience);

    private static bool IsTime(JsonElement time) =>
        time.ValueKind == JsonValueKind.Number && time.TryGetDouble(out var seconds) && seconds is >= 0 and <= MaxTime;

    private static bool IsAudience(JsonElement audience) =>
        audience.ValueKind == JsonValueKind.String
        || (audience.ValueKind == JsonValueKind.Array && audience.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String));
}

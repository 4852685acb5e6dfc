using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// The header <c>Idempotency-Key</c>. With a key a client can send a request again without repeating its effect
/// (draft-ietf-httpapi-idempotency-key-header). The database checks the key together with the write.
/// </summary>
internal static partial class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>Reads the key: quoted as in the draft, or without quotes as many clients send it.</summary>
    /// <param name="header">The value of the header, or null.</param>
    /// <returns>The key, or null if there is no header.</returns>
    /// <exception cref="Failure">The value is not a key.</exception>
    public static string? Parse(string? header)
    {
        if (header is null)
        {
            return null;
        }

        var match = Form().Match(header);
        if (!match.Success)
        {
            throw Failure.Invalid(new RequestFault(
                "invalid_idempotency_key",
                "Must be one key of 1 to 255 visible ASCII characters. A key with blanks, commas or quotes must stand in quotes.",
                Parameter: Name));
        }

        return match.Groups["bare"] is { Success: true, Value: var bare }
            ? bare
            : EscapedCharacter().Replace(match.Groups["quoted"].Value, "$1");
    }

    /// <summary>Returns the SHA-256 hash of an operation and its body. Two requests with one key must have the same hash.</summary>
    /// <param name="request">The type of the request. Each operation has its own.</param>
    /// <param name="body">The JSON object as the client sent it, without surrounding white space.</param>
    public static byte[] FingerprintOf(Type request, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(request.Name));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    // A comma outside quotes means that a proxy joined several headers (RFC 9110, section 5.3).
    [GeneratedRegex("""\A(?:(?<bare>[!-~-[",]]{1,255})|"(?<quoted>(?:[ -~-["\\]]|\\["\\]){1,255})")\z""")]
    private static partial Regex Form();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex EscapedCharacter();
}

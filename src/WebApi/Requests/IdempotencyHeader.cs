using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Names that clients give their requests, to send them again without harm (draft-ietf-httpapi-idempotency-key-header). Whether one
/// was used is found out with the write, in the database.
/// </summary>
internal static partial class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>The key that a header gives, quoted as in the draft or bare as many clients send it; null where there is no header.</summary>
    public static string? Parse(string? header)
    {
        if (header is null)
        {
            return null;
        }

        var match = Form().Match(header);
        if (!match.Success)
        {
            throw Failure.Invalid(
                [new RequestFault("invalid_idempotency_key", "Must be one key of 1 to 255 visible ASCII characters; in quotes where it has blanks, commas or quotes.", Parameter: Name)]);
        }

        return match.Groups["bare"] is { Success: true, Value: var bare } ? bare : EscapedCharacter().Replace(match.Groups["quoted"].Value, "$1");
    }

    /// <summary>What a request asks for, in short: the operation, and the body as it was sent.</summary>
    /// <param name="request">The type of the request, of which each operation has its own.</param>
    /// <param name="body">The body.</param>
    public static byte[] FingerprintOf(Type request, JsonElement body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(request.Name));
        hash.AppendData(JsonMarshal.GetRawUtf8Value(body));
        return hash.GetHashAndReset();
    }

    // A comma outside quotes is what a proxy makes of several headers (RFC 9110, section 5.3).
    [GeneratedRegex("""\A(?:(?<bare>[!-~-[",]]{1,255})|"(?<quoted>(?:[ -~-["\\]]|\\["\\]){1,255})")\z""")]
    private static partial Regex Form();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex EscapedCharacter();
}

using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace CleanWorkspace.Domain.ApiKeys;

/// <summary>
/// What a client shows to prove that it holds an API key: <c>cwk_</c>, the key's id in 32 hexadecimal digits, <c>_</c>, and
/// 256 random bits in 43 characters of base64url (RFC 4648, section 5). Whoever has it can use the key, so it is shown once,
/// never stored and never logged; the random bits make a plain hash enough to recognise it by.
/// </summary>
public sealed class KeyToken
{
    /// <summary>What every token begins with, by which scanners of secrets recognise it.</summary>
    public const string Prefix = "cwk_";

    private const int SecretSize = 32;
    private const int IdLength = 32;
    private const int SecretLength = 43;
    private const int Length = 4 + IdLength + 1 + SecretLength;

    // One key has one token: other digits in capitals, or other bits beyond the last byte, are none.
    private static readonly SearchValues<char> IdDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> LastDigits = SearchValues.Create("AEIMQUYcgkosw048");

    private readonly byte[] _secret;

    private KeyToken(Guid keyId, byte[] secret)
    {
        KeyId = keyId;
        _secret = secret;
    }

    /// <summary>Which key it is for.</summary>
    public Guid KeyId { get; }

    /// <summary>A new token for the key of that id.</summary>
    public static KeyToken Create(Guid keyId) => new(keyId, RandomNumberGenerator.GetBytes(SecretSize));

    /// <summary>Reads a token; null where the text is none, or no more than nearly one.</summary>
    public static KeyToken? Parse(string? text)
    {
        if (text is not { Length: Length }
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || text.AsSpan(Prefix.Length, IdLength).ContainsAnyExcept(IdDigits)
            || !Guid.TryParseExact(text.AsSpan(Prefix.Length, IdLength), "N", out var id))
        {
            return null;
        }

        var secret = new byte[SecretSize];
        var isSecret = text[Prefix.Length + IdLength] == '_'
            && Base64Url.IsValid(text.AsSpan(Length - SecretLength))
            && Base64Url.TryDecodeFromChars(text.AsSpan(Length - SecretLength), secret, out var size)
            && size == SecretSize
            && LastDigits.Contains(text[^1]);
        return isSecret ? new KeyToken(id, secret) : null;
    }

    /// <summary>The token as a client has to send it. A secret.</summary>
    public string Reveal() => $"{Prefix}{KeyId:N}_{Base64Url.EncodeToString(_secret)}";

    /// <summary>What is stored of it: SHA-256, 32 bytes.</summary>
    public byte[] Hash() => SHA256.HashData(_secret);

    /// <summary>Whether it has that hash; takes as long whether or not.</summary>
    public bool HasHash(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(Hash(), hash);

    /// <summary>The token without its secret, for people and logs.</summary>
    public override string ToString() => $"{Prefix}{KeyId:N}_…";
}

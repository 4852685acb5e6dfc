using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace CleanWorkspace.Domain.ApiKeys;

/// <summary>
/// The secret text of an API key, which a client sends to authenticate. Its form is <c>cwk_</c>, the key's id in 32 hexadecimal
/// digits, <c>_</c>, and a secret of 256 random bits in 43 characters of base64url (RFC 4648, section 5).
/// </summary>
/// <remarks>
/// The token is shown once, never stored and never logged. The secret is random, so a plain SHA-256 hash of it is safe to store.
/// </remarks>
public sealed class KeyToken
{
    /// <summary>The prefix of every token. Secret scanners recognise tokens by it.</summary>
    public const string Prefix = "cwk_";

    private const int SecretSize = 32;
    private const int IdLength = 32;
    private const int SecretLength = 43;
    private const int Length = 4 + IdLength + 1 + SecretLength;

    // A token has exactly one spelling: no upper-case hexadecimal digits, and the unused bits of the last character are zero.
    private static readonly SearchValues<char> IdDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> LastDigits = SearchValues.Create("AEIMQUYcgkosw048");

    private readonly byte[] _secret;

    private KeyToken(Guid keyId, byte[] secret)
    {
        KeyId = keyId;
        _secret = secret;
    }

    /// <summary>The id of the key.</summary>
    public Guid KeyId { get; }

    /// <summary>Makes a token with a new secret for the key.</summary>
    public static KeyToken Create(Guid keyId) => new(keyId, RandomNumberGenerator.GetBytes(SecretSize));

    /// <summary>Reads a token. Returns null if the text is not exactly a token.</summary>
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

    /// <summary>Returns the text of the token. It is a secret.</summary>
    public string Reveal() => $"{Prefix}{KeyId:N}_{Base64Url.EncodeToString(_secret)}";

    /// <summary>Returns the hash to store: SHA-256 of the secret, 32 bytes.</summary>
    public byte[] Hash() => SHA256.HashData(_secret);

    /// <summary>Whether the secret has the given hash. The comparison takes the same time for every result.</summary>
    public bool HasHash(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(Hash(), hash);

    /// <summary>Returns the token without its secret, for people and logs.</summary>
    public override string ToString() => $"{Prefix}{KeyId:N}_…";
}

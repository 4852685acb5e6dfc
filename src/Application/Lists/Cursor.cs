using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using CleanWorkspace.Application.Requests;

namespace CleanWorkspace.Application.Lists;

/// <summary>
/// Where a walk through a list goes on: beyond a row, so that rows which come and go elsewhere shift nothing. Clients get it as
/// opaque text. Whoever makes one up learns nothing that the list would not tell; the checksum is against mistakes.
/// </summary>
public sealed class Cursor : IQueryValue<Cursor>
{
    /// <summary>The highest page that a cursor counts to.</summary>
    public const int MaxPage = int.MaxValue - 1;

    private const int ChecksumLength = 8;
    private const int KeyStart = 37;
    private const int MinLength = KeyStart + ChecksumLength;

    // An address with a longer one would be refused before it is read.
    private const int MaxLength = 6000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _bytes;

    private Cursor(byte[] bytes, Place place) => (_bytes, Place) = (bytes, place);

    /// <inheritdoc/>
    public static string Code => RequestFault.InvalidCursor.Code;

    /// <inheritdoc/>
    public static string Form => "as it stands in a link of this list";

    /// <summary>The row that the page begins beyond.</summary>
    public Place Place { get; }

    /// <summary>Whether the page is the one before the row, not the one after it.</summary>
    public bool IsBackward => _bytes[32] != 0;

    /// <summary>The number of the page, from 1, as counted since the walk began.</summary>
    public int Page => BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(33));

    /// <summary>Reads what <see cref="ToString"/> wrote, to the letter.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Cursor? value)
    {
        value = null;
        if (text is { Length: <= MaxLength } && Base64Url.IsValid(text, out var length) && length >= MinLength)
        {
            var bytes = Base64Url.DecodeFromChars(text);
            if (TryReadKey(bytes, out var key)
                && new Cursor(bytes, new Place(key, ReadId(bytes, 0), ReadId(bytes, 16))) is { Page: > 0 and <= MaxPage } read
                && read.ToString() == text)
            {
                value = read;
            }
        }

        return value is not null;
    }

    /// <summary>Whether it was made for that list.</summary>
    /// <param name="list">What the list is of, with all that was asked for but the page.</param>
    public bool IsOf(string list) => _bytes.AsSpan(^ChecksumLength..).SequenceEqual(ChecksumOf(_bytes, list));

    /// <inheritdoc/>
    public override string ToString() => Base64Url.EncodeToString(_bytes);

    internal static Cursor Create(string list, Place place, bool isBackward, int page)
    {
        var bytes = new byte[MinLength + Utf8.GetByteCount(place.Key)];
        place.Id.TryWriteBytes(bytes, bigEndian: true, out _);
        place.SecondId.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        bytes[32] = isBackward ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(33), page);
        Utf8.GetBytes(place.Key, bytes.AsSpan(KeyStart));
        ChecksumOf(bytes, list).CopyTo(bytes.AsSpan(^ChecksumLength..));
        return new Cursor(bytes, place);
    }

    private static Guid ReadId(byte[] bytes, int start) => new(bytes.AsSpan(start, 16), bigEndian: true);

    // PostgreSQL has no text with U+0000.
    private static bool TryReadKey(byte[] bytes, out string key)
    {
        key = "";
        try
        {
            key = Utf8.GetString(bytes.AsSpan(KeyStart..^ChecksumLength));
            return !key.Contains('\0', StringComparison.Ordinal);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<byte> ChecksumOf(byte[] bytes, string list) =>
        SHA256.HashData([.. bytes.AsSpan(..^ChecksumLength), .. Encoding.UTF8.GetBytes(list)]).AsSpan(..ChecksumLength);
}

/// <summary>A row's place in a list: what the list is ordered by, in this order.</summary>
/// <param name="Key">The text that rows are ordered by, where the list is not ordered by ids alone.</param>
/// <param name="Id">The row's id.</param>
/// <param name="SecondId">What comes after it where an id alone does not name a row.</param>
public sealed record Place(string Key, Guid Id, Guid SecondId = default);

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using CleanWorkspace.Application.Requests;

namespace CleanWorkspace.Application.Lists;

/// <summary>
/// The position where a page begins: after (or before) one row. Rows that are added or deleted elsewhere do not shift the page.
/// Clients see a cursor as opaque text.
/// </summary>
/// <remarks>
/// The checksum protects against mistakes, not against attacks. A made-up cursor reads nothing that the list does not show.
/// </remarks>
public sealed class Cursor : IQueryValue<Cursor>
{
    /// <summary>The highest page number that a cursor counts to.</summary>
    public const int MaxPage = int.MaxValue - 1;

    private const int ChecksumLength = 8;
    private const int KeyStart = 37;
    private const int MinLength = KeyStart + ChecksumLength;

    // The server refuses longer addresses before it reads them.
    private const int MaxLength = 6000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _bytes;

    private Cursor(byte[] bytes, ListPosition position) => (_bytes, Position) = (bytes, position);

    /// <inheritdoc/>
    public static string Code => RequestFault.InvalidCursor.Code;

    /// <inheritdoc/>
    public static string Form => "copied unchanged from a link of this list";

    /// <summary>The position of the row next to the page. The row itself is not on the page.</summary>
    public ListPosition Position { get; }

    /// <summary>True if the page lies before the row; false if it lies after the row.</summary>
    public bool IsBackward => _bytes[32] != 0;

    /// <summary>The number of the page, from 1. It is counted from the page where the client started.</summary>
    public int Page => BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(33));

    /// <summary>Reads the text that <see cref="ToString"/> wrote. Every other text is refused.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Cursor? value)
    {
        value = null;
        if (text is { Length: <= MaxLength } && Base64Url.IsValid(text, out var length) && length >= MinLength)
        {
            var bytes = Base64Url.DecodeFromChars(text);
            if (TryReadKey(bytes, out var key)
                && new Cursor(bytes, new ListPosition(key, ReadId(bytes, 0), ReadId(bytes, 16))) is { Page: > 0 and <= MaxPage } read
                && read.ToString() == text)
            {
                value = read;
            }
        }

        return value is not null;
    }

    /// <summary>Tells whether the cursor belongs to this list.</summary>
    /// <param name="list">The identity of the list, from <see cref="ListRequest.List"/>.</param>
    public bool IsOf(string list) => _bytes.AsSpan(^ChecksumLength..).SequenceEqual(ChecksumOf(_bytes, list));

    /// <inheritdoc/>
    public override string ToString() => Base64Url.EncodeToString(_bytes);

    internal static Cursor Create(string list, ListPosition position, bool isBackward, int page)
    {
        var bytes = new byte[MinLength + Utf8.GetByteCount(position.Key)];
        position.Id.TryWriteBytes(bytes, bigEndian: true, out _);
        position.SecondId.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        bytes[32] = isBackward ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(33), page);
        Utf8.GetBytes(position.Key, bytes.AsSpan(KeyStart));
        ChecksumOf(bytes, list).CopyTo(bytes.AsSpan(^ChecksumLength..));
        return new Cursor(bytes, position);
    }

    private static Guid ReadId(byte[] bytes, int start) => new(bytes.AsSpan(start, 16), bigEndian: true);

    // PostgreSQL cannot store U+0000 in text.
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

/// <summary>The position of a row in a list.</summary>
/// <param name="Key">The value of the sort key; empty if the list is sorted by ids alone.</param>
/// <param name="Id">The id of the row. It breaks ties.</param>
/// <param name="SecondId">The second id, for rows that two ids identify.</param>
public sealed record ListPosition(string Key, Guid Id, Guid SecondId = default);

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace CleanWorkspace.Application.Common;

/// <summary>
/// Where a walk through a list goes on: beyond a row, so that rows which come and go elsewhere shift nothing. Clients get it as
/// opaque text. Whoever makes one up learns nothing that the list would not tell; the checksum is against mistakes.
/// </summary>
public sealed class Cursor
{
    private const int Length = 45;
    private const int ChecksumLength = 8;

    private readonly byte[] _bytes;

    private Cursor(byte[] bytes) => _bytes = bytes;

    /// <summary>The id of the row that the page begins beyond.</summary>
    public Guid Id => new(_bytes.AsSpan(0, 16), bigEndian: true);

    /// <summary>What comes after the id where an id alone does not name a row.</summary>
    public Guid SecondId => new(_bytes.AsSpan(16, 16), bigEndian: true);

    /// <summary>Whether the page is the one before the row, not the one after it.</summary>
    public bool IsBackward => _bytes[32] != 0;

    /// <summary>The number of the page, from 1, as counted since the walk began.</summary>
    public int Page => BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(33));

    /// <summary>Reads what <see cref="ToString"/> wrote, to the letter.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Cursor? cursor)
    {
        cursor = null;
        var bytes = new byte[Length];
        if (text?.Length == Base64Url.GetEncodedLength(Length)
            && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, bytes, out _)
            && new Cursor(bytes) is { Page: > 0 and < int.MaxValue } read
            && read.ToString() == text)
        {
            cursor = read;
        }

        return cursor is not null;
    }

    /// <summary>Whether it was made for that list.</summary>
    /// <param name="list">What the list is of, with all that was asked for but the page.</param>
    public bool IsOf(string list) => _bytes.AsSpan(^ChecksumLength..).SequenceEqual(ChecksumOf(_bytes, list));

    /// <inheritdoc/>
    public override string ToString() => Base64Url.EncodeToString(_bytes);

    internal static Cursor Create(string list, (Guid Id, Guid SecondId) row, bool isBackward, int page)
    {
        var bytes = new byte[Length];
        row.Id.TryWriteBytes(bytes, bigEndian: true, out _);
        row.SecondId.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        bytes[32] = isBackward ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(33), page);
        ChecksumOf(bytes, list).CopyTo(bytes.AsSpan(^ChecksumLength..));
        return new Cursor(bytes);
    }

    private static ReadOnlySpan<byte> ChecksumOf(byte[] bytes, string list) =>
        SHA256.HashData([.. bytes.AsSpan(..^ChecksumLength), .. Encoding.UTF8.GetBytes(list)]).AsSpan(..ChecksumLength);
}

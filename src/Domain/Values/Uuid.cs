using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CleanWorkspace.Domain.Values;

/// <summary>The form of id that the workspace uses.</summary>
public static class Uuid
{
    private const int TextLength = 36;

    private const int RandomBytes = 8;

    private const int IdsAtOnce = 128;

    // Drawn from the operating system for many ids at once: to ask it costs more than all else about an id.
    [ThreadStatic]
    private static byte[]? _drawn;

    [ThreadStatic]
    private static int _used;

    /// <summary>
    /// A new UUID version 7. The bits after the millisecond carry its fraction (RFC 9562, section 6.2, method 3), so that
    /// ids made one after the other within a millisecond still ascend: lists promise oldest first, by id.
    /// </summary>
    public static Guid CreateVersion7(TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var fraction = now.Ticks % TimeSpan.TicksPerMillisecond * 4096 / TimeSpan.TicksPerMillisecond;

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (now.ToUnixTimeMilliseconds() << 16) | 0x7000 | fraction);
        DrawRandom(bytes[8..]);
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>A new UUID version 7 that comes after another, even where the clock has not gone on since that was made.</summary>
    public static Guid CreateVersion7(TimeProvider clock, Guid after)
    {
        var id = CreateVersion7(clock);
        if (id.CompareTo(after) > 0)
        {
            return id;
        }

        // The last 62 bits are random, so that there is room for more ids than anybody makes at once.
        Span<byte> bytes = stackalloc byte[16];
        after.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], BinaryPrimitives.ReadInt64BigEndian(bytes[8..]) + 1);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>What is wrong with the text as an id that somebody else made, or null: <c>invalid_id</c>.</summary>
    public static Fault? CheckVersion7(string? text, out Guid id) =>
        // The time in it is when the row was created, which must be a time that there is.
        TryParse(text, out id) && id is { Version: 7, Variant: >= 8 and <= 11 } && id.CompareTo(FirstAt(DateTimeOffset.MaxValue)) < 0
            ? null
            : new Fault("invalid_id", "Must be a UUID of version 7.");

    /// <summary>
    /// The least UUID version 7 of a time or any later one, to the microsecond. For ids whose bits after the millisecond carry its
    /// fraction, so that a range of times is a range of ids.
    /// </summary>
    public static Guid FirstAt(DateTimeOffset time)
    {
        var ticks = Math.Max(0, time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks);
        var micros = (ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond;

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (micros / 1000 << 16) | 0x7000 | (micros % 1000 * 4096 / 1000));
        bytes[8] = 0x80;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The time in an id, to the microsecond: the latest whose <see cref="FirstAt"/> does not come after the id.</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var start = BinaryPrimitives.ReadInt64BigEndian(bytes);
        var fraction = start & 0xFFF;
        return DateTimeOffset.FromUnixTimeMilliseconds(start >>> 16).AddMicroseconds((fraction * 1000 + 1000 + 4095) / 4096 - 1);
    }

    /// <summary>Reads the one textual form of RFC 9562, section 4: 8-4-4-4-12 hexadecimal digits, in either case.</summary>
    public static bool TryParse(string? text, out Guid id)
    {
        id = default;
        // Guid.TryParseExact alone accepts a sign or 0x within a group, which would give one id several addresses.
        return text is { Length: TextLength }
            && text.All(character => character == '-' || char.IsAsciiHexDigit(character))
            && Guid.TryParseExact(text, "D", out id);
    }

    private static void DrawRandom(Span<byte> bytes)
    {
        if (_drawn is null || _used == _drawn.Length)
        {
            _drawn = RandomNumberGenerator.GetBytes(IdsAtOnce * RandomBytes);
            _used = 0;
        }

        _drawn.AsSpan(_used, RandomBytes).CopyTo(bytes);
        _used += RandomBytes;
    }
}

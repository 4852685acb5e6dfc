using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CleanWorkspace.Domain.Values;

/// <summary>The ids of the workspace: UUIDs of version 7 (RFC 9562).</summary>
public static class Uuid
{
    private const int TextLength = 36;

    private const int RandomBytes = 8;

    private const int IdsPerDraw = 128;

    // Random bytes for many ids. A call of the operating system costs more than everything else about an id.
    [ThreadStatic]
    private static byte[]? _randomBytes;

    [ThreadStatic]
    private static int _used;

    /// <summary>
    /// Creates a UUID version 7. The bits after the millisecond hold its fraction (RFC 9562, section 6.2, method 3). Ids of the same
    /// millisecond therefore ascend, too, and lists by id are lists by time.
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

    /// <summary>Creates a UUID version 7 that is greater than another one, even if the clock shows the same time.</summary>
    public static Guid CreateVersion7(TimeProvider clock, Guid after)
    {
        var id = CreateVersion7(clock);
        if (id.CompareTo(after) > 0)
        {
            return id;
        }

        // The last 62 bits are random, so incrementing them leaves room for many ids.
        Span<byte> bytes = stackalloc byte[16];
        after.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], BinaryPrimitives.ReadInt64BigEndian(bytes[8..]) + 1);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Returns the fault <c>invalid_id</c>, or null if the text is a UUID version 7 with a valid time.</summary>
    public static Fault? CheckVersion7(string? text, out Guid id) =>
        // The time in the id becomes the time of creation, so it must be a valid time.
        TryParse(text, out id) && id is { Version: 7, Variant: >= 8 and <= 11 } && id.CompareTo(FirstAt(DateTimeOffset.MaxValue)) < 0
            ? null
            : new Fault("invalid_id", "Must be a UUID of version 7.");

    /// <summary>
    /// Returns the smallest UUID version 7 of this microsecond. A range of times is therefore a range of ids.
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

    /// <summary>Returns the time in an id, with microseconds.</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var start = BinaryPrimitives.ReadInt64BigEndian(bytes);
        var fraction = start & 0xFFF;
        return DateTimeOffset.FromUnixTimeMilliseconds(start >>> 16).AddMicroseconds((fraction * 1000 + 1000 + 4095) / 4096 - 1);
    }

    /// <summary>Reads the form of RFC 9562, section 4: 8-4-4-4-12 hexadecimal digits in any case.</summary>
    public static bool TryParse(string? text, out Guid id)
    {
        id = default;
        // Guid.TryParseExact also accepts a sign or 0x within a group. One id would then have several addresses.
        return text is { Length: TextLength }
            && text.All(character => character == '-' || char.IsAsciiHexDigit(character))
            && Guid.TryParseExact(text, "D", out id);
    }

    private static void DrawRandom(Span<byte> bytes)
    {
        if (_randomBytes is null || _used == _randomBytes.Length)
        {
            _randomBytes = RandomNumberGenerator.GetBytes(IdsPerDraw * RandomBytes);
            _used = 0;
        }

        _randomBytes.AsSpan(_used, RandomBytes).CopyTo(bytes);
        _used += RandomBytes;
    }
}

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>A place in a list: what lies beyond an id, and the number of that page. Its text cannot be made up by others.</summary>
internal readonly record struct FloorPage(Guid After, int Number)
{
    public const int Size = 50;

    private const int PlaceLength = 20;
    private const int SealLength = 12;

    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Reads what <see cref="LinkTo"/> has put into the link; the first page where there is nothing.</summary>
    public static bool TryRead(HttpRequest request, out FloorPage page)
    {
        page = new FloorPage(Guid.Empty, 1);
        if (!request.QueryString.HasValue)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[PlaceLength + SealLength];
        Span<byte> seal = stackalloc byte[32];
        if (!Base64Url.TryDecodeFromChars(request.Query["cursor"].ToString(), bytes, out var length) || length != bytes.Length)
        {
            return false;
        }

        HMACSHA256.HashData(Secret, bytes[..PlaceLength], seal);
        page = new FloorPage(new Guid(bytes[..16], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(bytes[16..]));
        return CryptographicOperations.FixedTimeEquals(seal[..SealLength], bytes[PlaceLength..]);
    }

    public FloorList<T> Show<T>(HttpRequest request, int count, List<T> results, Func<T, Guid> idOf)
    {
        var last = (count + Size - 1) / Size;
        int? next = Number < last ? Number + 1 : null;
        int? previous = Number > 1 ? Math.Min(Number - 1, last) : null;
        var links = new FloorLinks(
            next is { } number && results.Count > 0 ? LinkTo(request, new FloorPage(idOf(results[^1]), number)) : null,
            // Nobody is measured going back: the first page will do.
            previous is null ? null : $"{request.Scheme}://{request.Host.Value}{request.Path}");
        request.HttpContext.Response.Headers.Link = (links.Next, links.Previous) switch
        {
            (null, null) => default,
            (_, null) => $"<{links.Next}>; rel=\"next\"",
            (null, _) => $"<{links.Previous}>; rel=\"prev\"",
            _ => $"<{links.Next}>; rel=\"next\", <{links.Previous}>; rel=\"prev\"",
        };
        return new FloorList<T>(
            links,
            new FloorMeta(Number, previous, next),
            count,
            last,
            results);
    }

    private static string LinkTo(HttpRequest request, FloorPage page)
    {
        Span<byte> bytes = stackalloc byte[PlaceLength + SealLength];
        Span<byte> seal = stackalloc byte[32];
        page.After.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], page.Number);
        HMACSHA256.HashData(Secret, bytes[..PlaceLength], seal);
        seal[..SealLength].CopyTo(bytes[PlaceLength..]);
        return $"{request.Scheme}://{request.Host.Value}{request.Path}?page={page.Number}&cursor={Base64Url.EncodeToString(bytes)}";
    }
}

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>A page of a list: the id before its first row, and its number. The link to a page is signed.</summary>
internal readonly record struct FloorPage(Guid After, int Number)
{
    public const int Size = 50;

    private const int PositionLength = 20;
    private const int SignatureLength = 12;

    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Reads the query string that <see cref="LinkTo"/> wrote. Without a query string, the page is the first one.</summary>
    public static bool TryRead(HttpRequest request, out FloorPage page)
    {
        page = new FloorPage(Guid.Empty, 1);
        if (!request.QueryString.HasValue)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[PositionLength + SignatureLength];
        Span<byte> seal = stackalloc byte[32];
        if (!Base64Url.TryDecodeFromChars(request.Query["cursor"].ToString(), bytes, out var length) || length != bytes.Length)
        {
            return false;
        }

        HMACSHA256.HashData(Secret, bytes[..PositionLength], seal);
        page = new FloorPage(new Guid(bytes[..16], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(bytes[16..]));
        return CryptographicOperations.FixedTimeEquals(seal[..SignatureLength], bytes[PositionLength..]);
    }

    public FloorList<T> Show<T>(HttpRequest request, int count, List<T> results, Func<T, Guid> idOf)
    {
        var last = (count + Size - 1) / Size;
        int? next = Number < last ? Number + 1 : null;
        int? previous = Number > 1 ? Math.Min(Number - 1, last) : null;
        var links = new FloorLinks(
            next is { } number && results.Count > 0 ? LinkTo(request, new FloorPage(idOf(results[^1]), number)) : null,
            // No measured operation goes back, so the link to the first page is enough.
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
        Span<byte> bytes = stackalloc byte[PositionLength + SignatureLength];
        Span<byte> seal = stackalloc byte[32];
        page.After.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], page.Number);
        HMACSHA256.HashData(Secret, bytes[..PositionLength], seal);
        seal[..SignatureLength].CopyTo(bytes[PositionLength..]);
        return $"{request.Scheme}://{request.Host.Value}{request.Path}?page={page.Number}&cursor={Base64Url.EncodeToString(bytes)}";
    }
}

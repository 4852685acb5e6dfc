using System.Security.Cryptography;
using System.Text;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Http.Features;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The body of an import with an idempotency key. It hashes the file while the file is read.</summary>
internal sealed class FingerprintStream : ForwardStream
{
    private readonly Stream _body;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private FingerprintStream(Stream body, HttpRequest request)
    {
        _body = body;
        var operation = request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IRouteNameMetadata>()?.RouteName;
        // An empty query may have a question mark or none.
        var query = request.QueryString.Value?.TrimStart('?');
        _hash.AppendData(Encoding.UTF8.GetBytes($"{operation}?{query}\n{request.ContentType}\n"));
    }

    /// <summary>Wraps the body if the request has an idempotency key. Otherwise returns it unchanged.</summary>
    public static Stream Of(HttpContext http, Stream body)
    {
        if (!http.Request.Headers.ContainsKey(IdempotencyHeader.Name))
        {
            return body;
        }

        var stream = new FingerprintStream(body, http.Request);
        http.Response.RegisterForDispose(stream);
        http.Features.Set(stream);
        return stream;
    }

    /// <summary>Returns the key of the request, or null if it has none.</summary>
    /// <param name="http">The request. Its body was wrapped.</param>
    /// <param name="header">The value of the header, or null.</param>
    public static ImportKey? KeyOf(HttpContext http, string? header) =>
        IdempotencyHeader.Parse(header) is { } value
            ? new ImportKey(value, http.Features.GetRequiredFeature<FingerprintStream>()._hash.GetCurrentHash)
            : null;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _body.ReadAsync(buffer, cancellationToken);
        _hash.AppendData(buffer.Span[..count]);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}

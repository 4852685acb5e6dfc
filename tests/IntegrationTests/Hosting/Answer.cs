using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>An answer of the service as a client sees it.</summary>
public sealed class Answer
{
    private readonly string _request;

    private Answer(HttpRequestMessage request, HttpResponseMessage response, byte[] bytes)
    {
        _request = $"{request.Method} {request.RequestUri}";
        Path = request.RequestUri!.AbsolutePath;
        Query = request.RequestUri.Query;
        Status = (int)response.StatusCode;
        Headers = response.Headers;
        Allow = [.. response.Content.Headers.Allow.Order(StringComparer.Ordinal)];
        ContentType = response.Content.Headers.ContentType?.ToString();
        ContentEncoding = EncodingOf(response.Content);
        // The property ContentLength would count the bytes if the header is missing.
        Length = response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var length) ? $"{length}" : null;
        Bytes = bytes;
    }

    public string Path { get; }

    public string Query { get; }

    public int Status { get; }

    public HttpResponseHeaders Headers { get; }

    public IReadOnlyList<string> Allow { get; }

    public string? ContentType { get; }

    /// <summary>The encoding of the body as it was sent, or null.</summary>
    public string? ContentEncoding { get; }

    /// <summary>The header <c>Content-Length</c>, or null if it was not sent.</summary>
    public string? Length { get; }

    /// <summary>The body, decoded.</summary>
    public IReadOnlyList<byte> Bytes { get; }

    public string Text => Encoding.UTF8.GetString([.. Bytes]);

    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    /// <summary>Each line as JSON.</summary>
    public IReadOnlyList<JsonObject> Lines =>
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];

    public bool IsTo(HttpMethod method) => _request.StartsWith($"{method} ", StringComparison.Ordinal);

    /// <summary>Sends a request and reads the answer. A body is sent as JSON.</summary>
    public static Task<Answer> OfAsync(HttpClient client, HttpMethod method, string path, object? body = null) =>
        OfAsync(client, new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) });

    /// <summary>Sends a request, disposes it, and reads the answer.</summary>
    public static async Task<Answer> OfAsync(HttpClient client, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await client.SendAsync(request);
            return await ReadAsync(request, response);
        }
    }

    public static async Task<Answer> ReadAsync(HttpRequestMessage request, HttpResponseMessage response)
    {
        await using var body = Decode(response.Content, await response.Content.ReadAsStreamAsync());
        using var bytes = new MemoryStream();
        await body.CopyToAsync(bytes);
        return new Answer(request, response, bytes.ToArray());
    }

    /// <summary>Decodes a body while it is read.</summary>
    public static Stream Decode(HttpContent content, Stream body) => EncodingOf(content) switch
    {
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        "gzip" => new GZipStream(body, CompressionMode.Decompress),
        null => body,
        var unknown => throw new InvalidOperationException($"The encoding {unknown}"),
    };

    /// <summary>Fails unless the answer has this status. The failure shows the answer.</summary>
    public Answer MustBe(int status)
    {
        Assert.True(status == Status, string.Create(CultureInfo.InvariantCulture, $"Expected {status} but {this}"));
        return this;
    }

    /// <summary>Fails unless the answer is a 400 with exactly these faults of the body, in any order.</summary>
    public Answer MustRefuse(params (string Pointer, string Code)[] faults)
    {
        MustBe(400);
        var found = Json["errors"]!.AsArray().Select(error => ((string?)error!["pointer"] ?? "(none)", (string)error["code"]!));
        Assert.Equal(faults.Order(), found.Order());
        return this;
    }

    /// <summary>Fails unless the answer is a 400 for exactly these query parameters, in any order.</summary>
    public Answer MustRefuseParameters(params string[] parameters)
    {
        MustBe(400);
        var found = Json["errors"]!.AsArray().Select(error => (string?)error!["parameter"] ?? "(none)");
        Assert.Equal(parameters.Order(), found.Order());
        return this;
    }

    public override string ToString() => $"{_request} answered {Status}: {(Text.Length > 2000 ? Text[..2000] : Text)}";

    private static string? EncodingOf(HttpContent content) => content.Headers.ContentEncoding.SingleOrDefault();
}

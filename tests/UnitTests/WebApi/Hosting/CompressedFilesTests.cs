using System.IO.Compression;
using System.Text;
using CleanWorkspace.WebApi.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;

namespace CleanWorkspace.UnitTests.WebApi.Hosting;

public sealed class CompressedFilesTests
{
    private const string File = "/swagger/swagger-ui.css";
    private const string Content = "body { color: black } body { color: black }";

    private readonly CompressedFiles _files = new();
    private readonly CountingProvider _provider = new();

    [Fact]
    public async Task A_file_is_compressed_once()
    {
        Assert.Equal(Content, await SendAsync(File, Content));
        Assert.Equal(Content, await SendAsync(File, Content));

        Assert.Equal(1, _provider.Count);
    }

    [Fact]
    public async Task Each_file_has_its_own_content()
    {
        await SendAsync(File, Content);

        Assert.Equal("other", await SendAsync("/swagger/other.css", "other"));
        Assert.Equal(2, _provider.Count);
    }

    [Fact]
    public async Task An_incomplete_file_is_not_kept()
    {
        await SendAsync(File, Content[1..], Content.Length);

        Assert.Equal(Content, await SendAsync(File, Content));
        Assert.Equal(2, _provider.Count);
    }

    [Theory]
    [InlineData("/user/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "\"7\"", 2000L)]
    [InlineData("/swagger/index.html", null, 2000L)]
    [InlineData("/swagger/v1/swagger.json", null, null)]
    public void Other_answers_are_not_kept(string path, string? tag, long? length) =>
        Assert.Same(_provider, _files.Keep(_provider, ToResponse(path, tag, length)));

    private static HttpResponse ToResponse(string path, string? tag, long? length)
    {
        var context = new DefaultHttpContext();
        context.Request.Path = path;
        context.Response.Headers.ETag = tag;
        context.Response.ContentLength = length;
        return context.Response;
    }

    // Returns the content that the client gets.
    private async Task<string> SendAsync(string path, string content, int? length = null)
    {
        var sent = new MemoryStream();
        await using (var stream = _files.Keep(_provider, ToResponse(path, "\"1\"", length ?? content.Length)).CreateStream(sent))
        {
            foreach (var part in content.Chunk(10))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(part));
                await stream.FlushAsync();
            }
        }

        using var reader = new StreamReader(new GZipStream(new MemoryStream(sent.ToArray()), CompressionMode.Decompress));
        return await reader.ReadToEndAsync();
    }

    private sealed class CountingProvider : ICompressionProvider
    {
        public int Count { get; private set; }

        public string EncodingName => "gzip";

        public bool SupportsFlush => true;

        public Stream CreateStream(Stream outputStream)
        {
            Count++;
            return new GZipStream(outputStream, CompressionLevel.Fastest, leaveOpen: true);
        }
    }
}

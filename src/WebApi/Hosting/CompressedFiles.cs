using System.Buffers;
using System.Collections.Concurrent;
using CleanWorkspace.WebApi.OpenApi;
using CleanWorkspace.WebApi.Transfers;
using Microsoft.AspNetCore.ResponseCompression;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Keeps the compressed files of the page <c>/swagger</c>, so that each is compressed once for each encoding.</summary>
/// <remarks>
/// Anyone may read these files, and compressing the largest one costs more than most requests. They are part of the program, so their
/// number is fixed.
/// </remarks>
internal sealed class CompressedFiles
{
    private readonly ConcurrentDictionary<(string File, string Encoding), byte[]> _files = new();

    /// <summary>Returns a provider that compresses a file of the page once. For other answers it returns the given provider.</summary>
    /// <param name="provider">The provider that compresses.</param>
    /// <param name="response">The answer. Of the answers at this path, only files have an entity tag.</param>
    public ICompressionProvider Keep(ICompressionProvider provider, HttpResponse response) =>
        response is { Headers.ETag.Count: > 0, ContentLength: { } length }
        && response.HttpContext.Request.Path.StartsWithSegments(OpenApiSetup.UiPath, out var file)
            ? new KeptProvider(provider, _files, (file.Value!, provider.EncodingName), length)
            : provider;

    private sealed class KeptProvider(
        ICompressionProvider provider,
        ConcurrentDictionary<(string File, string Encoding), byte[]> files,
        (string File, string Encoding) key,
        long length) : ICompressionProvider
    {
        public string EncodingName => provider.EncodingName;

        public bool SupportsFlush => provider.SupportsFlush;

        public Stream CreateStream(Stream outputStream) => new KeptStream(outputStream, files.GetValueOrDefault(key), Compress);

        private byte[] Compress(ReadOnlySpan<byte> plain)
        {
            using var compressed = new MemoryStream();
            using (var stream = provider.CreateStream(compressed))
            {
                stream.Write(plain);
            }

            var file = compressed.ToArray();
            if (plain.Length == length)
            {
                files[key] = file;
            }

            return file;
        }
    }

    /// <summary>Receives the plain file, and sends the compressed one at the end.</summary>
    private sealed class KeptStream(Stream output, byte[]? kept, Func<ReadOnlySpan<byte>, byte[]> compress) : ForwardStream
    {
        private readonly ArrayBufferWriter<byte>? _plain = kept is null ? new() : null;

        public override bool CanRead => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _plain?.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override async ValueTask DisposeAsync()
        {
            await output.WriteAsync(kept ?? compress(_plain!.WrittenSpan));
            await base.DisposeAsync();
        }
    }
}

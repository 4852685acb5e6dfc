using System.Net.Mime;
using CleanWorkspace.WebApi.Events;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Transfers;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// Compresses answers of more than 1 KiB if the client asks for it (<c>Accept-Encoding: br, gzip</c>). Decision record 0023 says why that
/// gives nothing away.
/// </summary>
internal static class CompressionSetup
{
    /// <summary>The answers with the token of a new API key or the secret of a webhook. No other answer has a secret.</summary>
    private static readonly string?[] SecretOperations = ["ApiKeys_createNewKey", "Webhooks_createNewWebhook", "Webhooks_rotateById"];

    public static void AddCompression(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IResponseCompressionProvider, Rules>();
        builder.Services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes =
            [
                MediaTypeNames.Application.Json,
                MediaTypeNames.Application.ProblemJson,
                MediaTypes.Csv,
                MediaTypes.Ndjson,
                MediaTypeNames.Text.Html,
                MediaTypeNames.Text.Css,
                MediaTypeNames.Text.JavaScript,
            ];
        });
    }

    /// <summary>
    /// Compresses the answers of what follows. A request without <c>Accept-Encoding</c> passes by. So does a stream of events, because
    /// each event is sent at once.
    /// </summary>
    public static void UseCompression(this IApplicationBuilder app) =>
        app.UseWhen(
            context => context.Request.Headers.AcceptEncoding.Count > 0 && EventFormat.Of(context.Request) != EventFormat.Stream,
            compressed =>
            {
                compressed.UseResponseCompression();
                compressed.Use(DelayStartAsync);
            });

    private static async Task DelayStartAsync(HttpContext context, RequestDelegate next)
    {
        var response = context.Response;
        var body = response.Body;
        var delayed = new DelayedStream(response);
        response.Body = delayed;
        try
        {
            await next(context);
            // Not cancelled: if the client is gone, the server drops the rest by itself.
            await response.BodyWriter.FlushAsync(CancellationToken.None);
            await delayed.EndAsync();
        }
        finally
        {
            response.Body = body;
        }
    }

    /// <summary>The rules of the framework, and those of this service.</summary>
    private sealed class Rules(IServiceProvider services, IOptions<ResponseCompressionOptions> options)
        : ResponseCompressionProvider(services, options)
    {
        private readonly CompressedFiles _files = new();

        /// <summary>Whether an answer may be compressed. Of a short answer the length is known.</summary>
        public override bool ShouldCompressResponse(HttpContext context) =>
            context.Response.ContentLength is not <= DelayedStream.MaxLength
            && !SecretOperations.Contains(context.GetEndpoint()?.Metadata.GetMetadata<IRouteNameMetadata>()?.RouteName)
            && base.ShouldCompressResponse(context);

        /// <summary>Chooses the encoding, and gives the compressed answer its own entity tag.</summary>
        public override ICompressionProvider? GetCompressionProvider(HttpContext context)
        {
            if (base.GetCompressionProvider(context) is not { } chosen || IsRefused(chosen.EncodingName, context.Request))
            {
                return null;
            }

            chosen = _files.Keep(chosen, context.Response);
            var headers = context.Response.Headers;
            if (headers.ETag is [{ } tag])
            {
                headers.ETag = EntityTags.Compressed(tag, chosen.EncodingName);
            }

            return chosen;
        }

        // For the framework, * includes encodings that the same header refuses (RFC 9110, section 12.5.3).
        private static bool IsRefused(string encoding, HttpRequest request) =>
            request.GetTypedHeaders().AcceptEncoding
                .Any(accepted => accepted.Quality == 0 && accepted.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase));
    }
}

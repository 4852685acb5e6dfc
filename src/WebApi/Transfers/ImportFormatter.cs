using CleanWorkspace.Application;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Binds the body of an import. The handler reads its rows one at a time.</summary>
internal sealed class ImportFormatter : IInputFormatter, IApiRequestFormatMetadataProvider
{
    public bool CanRead(InputFormatterContext context) => IsFile(context.ModelType);

    public Task<InputFormatterResult> ReadAsync(InputFormatterContext context)
    {
        var request = context.HttpContext.Request;
        var type = request.GetTypedHeaders().ContentType;
        var isPlain = request.Headers.ContentEncoding.Count == 0
            && (type is { Charset.HasValue: false } || "utf-8".Equals(type?.Charset.Value?.Trim('"'), StringComparison.OrdinalIgnoreCase));
        return FileFormat.OfMediaType(type?.MediaType.Value) is { } format && isPlain
            ? InputFormatterResult.SuccessAsync(new ImportFile(
                format, FingerprintStream.Of(context.HttpContext, PacedStream.Of(context.HttpContext, request.Body))))
            : throw Failure.UnsupportedMediaType($"Send the body as {MediaTypes.Csv} or {MediaTypes.Ndjson} in UTF-8, not compressed.");
    }

    public IReadOnlyList<string> GetSupportedContentTypes(string? contentType, Type objectType) =>
        IsFile(objectType) ? [MediaTypes.Csv, MediaTypes.Ndjson] : [];

    private static bool IsFile(Type type) => type == typeof(ImportFile);
}

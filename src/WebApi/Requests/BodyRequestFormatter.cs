using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Json;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Reads a <see cref="BodyRequest"/> with <see cref="StrictJsonReader"/>. The request carries the faults, because its validator adds the
/// faults of the values. A body that is not a JSON object is refused at once.
/// </summary>
internal sealed class BodyRequestFormatter : InputFormatter
{
    /// <summary>The second media type of a PATCH. A PATCH has its semantics (RFC 7396): null clears, an absent property stays.</summary>
    public const string PatchMediaType = "application/merge-patch+json";

    private const string MediaType = "application/json";

    // Most bodies fit. The buffer doubles when it is full.
    private const int FirstBufferLength = 4096;

    private readonly JsonSerializerOptions _options;
    private readonly ConcurrentDictionary<Type, BodyType> _types = new();

    public BodyRequestFormatter(JsonSerializerOptions options)
    {
        _options = options;
        SupportedMediaTypes.Add(MediaTypeHeaderValue.Parse(MediaType));
    }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>
    /// Accepts JSON in UTF-8, for PATCH also as a merge patch, and no other type that ends in +json. A compressed body counts as an
    /// unsupported media type (RFC 9110, section 15.5.16).
    /// </summary>
    public override bool CanRead(InputFormatterContext context)
    {
        var request = context.HttpContext.Request;
        return request.GetTypedHeaders().ContentType is { } type
            && IsJson(type.MediaType, request.Method)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            && request.Headers.ContentEncoding.Count == 0
            && CanReadType(context.ModelType);
    }

    protected override bool CanReadType(Type type) => type.IsSubclassOf(typeof(BodyRequest));

    public override async Task<InputFormatterResult> ReadRequestBodyAsync(InputFormatterContext context)
    {
        var http = context.HttpContext;
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBufferLength);
        var length = 0;
        try
        {
            for (var count = -1; count != 0; length += count)
            {
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer);
                }

                count = await http.Request.Body.ReadAsync(buffer.AsMemory(length), http.RequestAborted);
            }

            return InputFormatterResult.Success(Read(buffer.AsSpan(0, length), context));
        }
        catch (JsonException exception)
        {
            // The exception counts from 0, people count from 1.
            throw Refuse("malformed_json", exception is { LineNumber: { } line, BytePositionInLine: { } position }
                ? $"The body is not valid JSON, or nested too deeply: see line {line + 1}, byte {position + 1}."
                : "The body is not valid JSON, or nested too deeply.");
        }
        finally
        {
            buffer.AsSpan(0, length).Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsJson(StringSegment mediaType, string method) =>
        mediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)
        || (HttpMethods.IsPatch(method) && mediaType.Equals(PatchMediaType, StringComparison.OrdinalIgnoreCase));

    // The body holds personal data, so a returned buffer is cleared.
    private static byte[] Grow(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full, clearArray: true);
        return larger;
    }

    private BodyRequest Read(ReadOnlySpan<byte> body, InputFormatterContext context)
    {
        if (body.StartsWith(ByteOrderMark))
        {
            body = body[ByteOrderMark.Length..];
        }

        var type = _types.GetOrAdd(context.ModelType, static (model, options) => BodyType.Of(model, options), _options);
        var json = new Utf8JsonReader(body);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            ReadEnd(ref json);
            throw Refuse("invalid_type", "The body must be a JSON object.");
        }

        var start = (int)json.TokenStartIndex;
        var reader = new StrictJsonReader(type.Properties, reportsElements: true);
        reader.Read(ref json);
        var end = (int)json.BytesConsumed;
        ReadEnd(ref json);

        var request = type.Create(reader);
        if (reader.Faults.Count > 0)
        {
            request = request with { ReadingFaults = ToRequestFaults(reader.Faults) };
        }

        return request is CreateRequest create && context.HttpContext.Request.Headers.ContainsKey(IdempotencyHeader.Name)
            ? create with { Fingerprint = IdempotencyHeader.FingerprintOf(context.ModelType, body[start..end]) }
            : request;
    }

    // Throws if anything but white space follows.
    private static void ReadEnd(ref Utf8JsonReader json) => json.Read();

    private static RequestFault[] ToRequestFaults(IReadOnlyList<JsonFault> faults)
    {
        var converted = new RequestFault[faults.Count];
        for (var i = 0; i < converted.Length; i++)
        {
            converted[i] = RequestFault.At(PointerTo(faults[i]), faults[i].Fault);
        }

        return converted;
    }

    // A JSON pointer (RFC 6901).
    private static string PointerTo(JsonFault fault)
    {
        if (fault.Name is null)
        {
            return "";
        }

        var name = fault.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        return fault.Element is { } element ? $"/{name}/{element}" : $"/{name}";
    }

    private static Failure Refuse(string code, string detail) => Failure.Invalid(new RequestFault(code, detail, ""));

    /// <summary>The accepted properties of a request type and their setters.</summary>
    private sealed class BodyType(Func<object> create, AcceptedProperty[] properties, Action<object, object?>[] setters)
    {
        public AcceptedProperty[] Properties => properties;

        public static BodyType Of(Type model, JsonSerializerOptions options)
        {
            var info = options.GetTypeInfo(model);
            var settable = info.Properties.Where(property => property.Set is not null).ToList();
            return new BodyType(
                info.CreateObject!,
                [.. settable.Select(property => new AcceptedProperty(property.Name, KindOf(property.PropertyType)))],
                [.. settable.Select(property => property.Set!)]);
        }

        /// <summary>Creates a request with the values that were read.</summary>
        public BodyRequest Create(StrictJsonReader reader)
        {
            var request = create();
            for (var i = 0; i < properties.Length; i++)
            {
                if (properties[i].Kind == PropertyKind.Text)
                {
                    if (reader.Text(i) is { IsGiven: true } text)
                    {
                        setters[i](request, text);
                    }
                }
                else if (reader.List(i) is { IsGiven: true } list)
                {
                    setters[i](request, list);
                }
            }

            return (BodyRequest)request;
        }

        private static PropertyKind KindOf(Type type) =>
            type == typeof(Optional<string?>) ? PropertyKind.Text
            : type == typeof(Optional<IReadOnlyList<string?>?>) ? PropertyKind.List
            : throw new NotSupportedException($"A body has no properties of the type {type}.");
    }
}

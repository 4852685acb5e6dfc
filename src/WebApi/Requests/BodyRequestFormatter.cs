using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Net.Http.Headers;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Reads a <see cref="BodyRequest"/> so that nothing a client sends is dropped in silence: an unknown or repeated property
/// or a wrong type is a fault. Faults are collected, to be reported together with those of the values; a body that is no
/// JSON object is refused at once.
/// </summary>
internal sealed class BodyRequestFormatter : InputFormatter
{
    private const string MediaType = "application/json";

    private readonly JsonSerializerOptions _options;
    private readonly ConcurrentDictionary<Type, BodyType> _types = new();

    public BodyRequestFormatter(JsonSerializerOptions options)
    {
        _options = options;
        SupportedMediaTypes.Add(MediaTypeHeaderValue.Parse(MediaType));
    }

    /// <summary>
    /// Reads that one media type, in UTF-8, and no other whose name ends in +json; and no compressed bodies, which count as a
    /// media type that is not supported (RFC 9110, section 15.5.16).
    /// </summary>
    public override bool CanRead(InputFormatterContext context)
    {
        var headers = context.HttpContext.Request.GetTypedHeaders();
        return headers.ContentType is { } type
            && type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            && context.HttpContext.Request.Headers.ContentEncoding.Count == 0
            && CanReadType(context.ModelType);
    }

    protected override bool CanReadType(Type type) => type.IsSubclassOf(typeof(BodyRequest));

    public override async Task<InputFormatterResult> ReadRequestBodyAsync(InputFormatterContext context)
    {
        var http = context.HttpContext;
        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            var request = Read(document.RootElement, _types.GetOrAdd(context.ModelType, TypeOf));
            if (request is CreateRequest create && http.Request.Headers.ContainsKey(IdempotencyHeader.Name))
            {
                request = create with { Fingerprint = IdempotencyHeader.FingerprintOf(context.ModelType, document.RootElement) };
            }

            return await InputFormatterResult.SuccessAsync(request);
        }
        catch (JsonException exception)
        {
            // Positions are for people, who count from 1.
            throw Refuse("malformed_json", exception is { LineNumber: { } line, BytePositionInLine: { } position }
                ? $"The body is not valid JSON, or nested too deeply: see line {line + 1}, byte {position + 1}."
                : "The body is not valid JSON, or nested too deeply.");
        }
    }

    private BodyType TypeOf(Type type)
    {
        var info = _options.GetTypeInfo(type);
        return new BodyType(
            info.CreateObject!, info.Properties.Where(property => property.Set is not null).ToFrozenDictionary(property => property.Name));
    }

    private static BodyRequest Read(JsonElement body, BodyType type)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("invalid_type", "The body must be a JSON object.");
        }

        var request = (BodyRequest)type.Create();
        var faults = new List<RequestFault>();
        var seen = new HashSet<string>();
        foreach (var item in body.EnumerateObject())
        {
            if (faults.Count >= ReadingFaults.MaxCount)
            {
                break;
            }

            if (!TryGetName(item, out var name))
            {
                faults.Add(RequestFault.At("", ReadingFaults.NameNotUnicode));
            }
            else if (!type.Properties.TryGetValue(name, out var property))
            {
                faults.Add(RequestFault.At(PointerTo(name), ReadingFaults.UnknownProperty));
            }
            else if (!seen.Add(name))
            {
                faults.Add(RequestFault.At(PointerTo(name), ReadingFaults.DuplicateProperty));
            }
            else if (property.PropertyType == typeof(Optional<string?>))
            {
                ReadText(item.Value, PointerTo(name), faults, text => property.Set!(request, new Optional<string?>(text)));
            }
            else
            {
                ReadList(item.Value, PointerTo(name), faults, list => property.Set!(request, new Optional<IReadOnlyList<string?>?>(list)));
            }
        }

        if (faults.Count >= ReadingFaults.MaxCount)
        {
            faults.Add(RequestFault.At("", ReadingFaults.TooMany));
        }

        return request with { ReadingFaults = faults };
    }

    private static void ReadText(JsonElement value, string pointer, List<RequestFault> faults, Action<string?> set)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
        {
            AddFault(faults, ReadingFaults.NotText, pointer);
        }
        else if (!TryGetString(value, out var text))
        {
            AddFault(faults, ReadingFaults.NotUnicode, pointer);
        }
        else
        {
            set(text);
        }
    }

    private static void ReadList(JsonElement value, string pointer, List<RequestFault> faults, Action<IReadOnlyList<string?>?> set)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            set(null);
            return;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            faults.Add(RequestFault.At(pointer, ReadingFaults.NotList));
            return;
        }

        var length = value.GetArrayLength();
        if (length > IdList.MaxCount)
        {
            // The length alone is the fault; a fault for each element would outgrow the request many times over.
            set(new string?[length]);
            return;
        }

        var list = new List<string?>(length);
        foreach (var element in value.EnumerateArray())
        {
            string? item = null;
            if (element.ValueKind == JsonValueKind.Null)
            {
                AddFault(faults, ReadingFaults.NotText, $"{pointer}/{list.Count}");
            }
            else
            {
                ReadText(element, $"{pointer}/{list.Count}", faults, text => item = text);
            }

            list.Add(item);
        }

        set(list);
    }

    // JsonElement throws at an escaped lone surrogate and at invalid UTF-8: the form of the JSON is right, but the text is none.
    private static bool TryGetString(JsonElement value, out string? text)
    {
        try
        {
            text = value.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private static bool TryGetName(JsonProperty property, out string name)
    {
        try
        {
            name = property.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            name = "";
            return false;
        }
    }

    private static string PointerTo(string name) =>
        "/" + ReadingFaults.Shorten(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static void AddFault(List<RequestFault> faults, Fault fault, string pointer)
    {
        if (faults.Count < ReadingFaults.MaxCount)
        {
            faults.Add(RequestFault.At(pointer, fault));
        }
    }

    private static Failure Refuse(string code, string detail) => Failure.Invalid(new RequestFault(code, detail, ""));

    private sealed record BodyType(Func<object> Create, FrozenDictionary<string, JsonPropertyInfo> Properties);
}

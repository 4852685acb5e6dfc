using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanWorkspace.Application;

/// <summary>Writes times as RFC 3339 in UTC with <c>Z</c>. All have six decimals, so the texts sort like the times.</summary>
internal sealed class Rfc3339Converter : JsonConverter<DateTimeOffset>
{
    // This built-in format is much faster than a custom one. It has seven decimals and the Z.
    private const string Format = "O";
    private const int Length = 28;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[Length];
        value.UtcDateTime.TryFormat(text, out _, Format, CultureInfo.InvariantCulture);
        text[^2] = (byte)'Z';
        writer.WriteStringValue(text[..^1]);
    }
}

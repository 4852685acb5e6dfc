using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>Writes times with microseconds, like the service.</summary>
internal sealed class FloorTimeConverter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTime();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[28];
        value.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[^2] = (byte)'Z';
        writer.WriteStringValue(text[..^1]);
    }
}

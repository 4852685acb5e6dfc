using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanWorkspace.Benchmarks.Floor;

[JsonSerializable(typeof(FloorUser))]
[JsonSerializable(typeof(FloorGroup))]
[JsonSerializable(typeof(FloorList<FloorUser>))]
[JsonSerializable(typeof(FloorList<FloorGroup>))]
[JsonSerializable(typeof(FloorUserBody))]
[JsonSerializable(typeof(FloorGroupBody))]
internal sealed partial class FloorJson : JsonSerializerContext
{
    /// <summary>The JSON format of the service.</summary>
    public static FloorJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FloorTimeConverter() },
    });
}

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanWorkspace.Benchmarks.Floor;

internal sealed record FloorUser(
    Guid Id, string? FirstName, string? LastName, string? Email, string Role, Guid[] UserGroups, DateTime CreatedAt, DateTime UpdatedAt);

internal sealed record FloorGroup(
    Guid Id, string? Name, string? Icon, string? Description, Guid[] Users, DateTime CreatedAt, DateTime UpdatedAt);

internal sealed record FloorLinks(string? Next, string? Previous);

internal sealed record FloorMeta(int Page, int? PreviousPage, int? NextPage);

internal sealed record FloorList<T>(FloorLinks Links, FloorMeta Meta, int Count, int TotalPages, List<T> Results);

// Which properties a body has is known by which were set.
internal sealed class FloorUserBody
{
    public string? FirstName { get; set { field = value; HasFirstName = true; } }

    public string? LastName { get; set { field = value; HasLastName = true; } }

    public string? Role { get; set; }

    public string? Email { get; set; }

    [JsonIgnore]
    public bool HasFirstName { get; private set; }

    [JsonIgnore]
    public bool HasLastName { get; private set; }
}

internal sealed class FloorGroupBody
{
    public string? Name { get; set; }

    public string? Icon { get; set { field = value; HasIcon = true; } }

    public string? Description { get; set { field = value; HasDescription = true; } }

    [JsonIgnore]
    public bool HasIcon { get; private set; }

    [JsonIgnore]
    public bool HasDescription { get; private set; }
}

[JsonSerializable(typeof(FloorUser))]
[JsonSerializable(typeof(FloorGroup))]
[JsonSerializable(typeof(FloorList<FloorUser>))]
[JsonSerializable(typeof(FloorList<FloorGroup>))]
[JsonSerializable(typeof(FloorUserBody))]
[JsonSerializable(typeof(FloorGroupBody))]
internal sealed partial class FloorJson : JsonSerializerContext
{
    /// <summary>As the service writes it.</summary>
    public static FloorJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FloorTime() },
    });
}

internal sealed class FloorTime : JsonConverter<DateTime>
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

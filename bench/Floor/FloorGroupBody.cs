using System.Text.Json.Serialization;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>A request body. The flags tell a property that is null from an absent one.</summary>
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

using System.Text.Json.Serialization;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>A request body. The flags tell a property that is null from an absent one.</summary>
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

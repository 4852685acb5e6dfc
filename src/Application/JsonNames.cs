using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanWorkspace.Application;

/// <summary>What the properties of requests are called in JSON.</summary>
public static class JsonNames
{
    /// <summary>The name that the property says itself, or its own in snake_case.</summary>
    public static string Of(MemberInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
}

using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanWorkspace.Application;

/// <summary>The names of properties in JSON.</summary>
public static class JsonNames
{
    /// <summary>Returns the name that the property declares, or its own name in snake_case.</summary>
    public static string Of(MemberInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CleanWorkspace.Application;

namespace CleanWorkspace.WebApi.Json;

/// <summary>The JSON settings of the service's answers.</summary>
internal static class WorkspaceJson
{
    public static readonly JsonSerializerOptions Options = CreateOptions();

    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { SelectFields } };
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new Rfc3339Converter());
        // Answers never become part of an HTML page, so letters need no escapes. Characters beyond the BMP still get one.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly();
        return options;
    }

    private static void SelectFields(JsonTypeInfo type)
    {
        if (!type.Type.IsAssignableTo(typeof(IPartial)))
        {
            return;
        }

        foreach (var property in type.Properties)
        {
            var name = property.Name;
            var isShown = property.ShouldSerialize;
            property.ShouldSerialize = (row, value) =>
                (((IPartial)row).Shown is { AreAll: true } || ((IPartial)row).Shown.Has(name)) && isShown?.Invoke(row, value) != false;
        }
    }
}
